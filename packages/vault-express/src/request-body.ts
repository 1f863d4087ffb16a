import { Readable } from 'node:stream'
import type { Request } from 'express'

export interface ExpressBody {
  /** Null when there is none. */
  readonly stream: ReadableStream<Uint8Array> | null
  /** The application's own parsers had it before. */
  readonly wasParsed: boolean
  /** In bytes, of one that was parsed. */
  readonly length?: number
}

const NO_BODY: ExpressBody = { stream: null, wasParsed: false }

/** The body as it comes in; or, when the application's own `express.json()` or the like has read it, as bytes again. */
export function bodyOf(request: Request): ExpressBody {
  if (request.method === 'GET' || request.method === 'HEAD') return NO_BODY
  const parsed: unknown = request.body
  if (parsed !== undefined && request.readableEnded) {
    const bytes = serialize(parsed, request)
    return { stream: streamOf(bytes), wasParsed: true, length: bytes.byteLength }
  }
  const isEmpty = request.headers['transfer-encoding'] === undefined && (request.headers['content-length'] ?? '0') === '0'
  if (isEmpty || request.readableEnded) return NO_BODY
  return { stream: Readable.toWeb(request) as ReadableStream<Uint8Array>, wasParsed: false }
}

function serialize(parsed: unknown, request: Request): Uint8Array {
  if (parsed instanceof Uint8Array) return parsed
  if (typeof parsed === 'string') return Buffer.from(parsed)
  const isForm = request.is('application/x-www-form-urlencoded')
  return Buffer.from(isForm ? new URLSearchParams(formPairs(parsed)).toString() : JSON.stringify(parsed))
}

/** A name given twice is a list after parsing, and twice again here: so it is refused where the protocol wants it. */
function formPairs(parsed: unknown): [string, string][] {
  if (typeof parsed !== 'object' || parsed === null) return []
  return Object.entries(parsed).flatMap(([name, value]) => [value].flat().map((item): [string, string] => [name, String(item)]))
}

function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      if (bytes.length > 0) controller.enqueue(bytes)
      controller.close()
    },
  })
}
