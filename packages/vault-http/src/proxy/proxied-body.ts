import { badBody, MAX_BODY_BYTES, readChunks } from '../request-bytes.js'
import type { VaultRequest } from '../vault-request.js'

export interface ProxiedBody {
  /** Bytes can be sent again, with a fresh token; a stream goes by once. */
  readonly body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null
  /** As the caller said it. For a stream, whose length nobody else knows. */
  readonly contentLength: string | undefined
  /** Whether the caller broke off in the middle. */
  readonly isBroken: () => boolean
}

/**
 * What a caller sends. A small body is read whole first; a larger one, or one of unknown length, goes on while it comes in.
 *
 * @throws {VaultError} `invalid_request` when a small one did not come whole.
 */
export async function proxiedBody({ headers, body }: VaultRequest): Promise<ProxiedBody> {
  const contentLength = headers.get('content-length') ?? undefined
  const whole = { contentLength: undefined, isBroken: () => false }
  if (body === null) return { body: null, ...whole }
  if (contentLength !== undefined && Number(contentLength) <= MAX_BODY_BYTES)
    return { body: concatenated(await readChunks(body)), ...whole }
  return { contentLength, ...watched(body) }
}

function concatenated(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0))
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.byteLength
  }
  return bytes
}

/** The stream, and whether it failed: then it was not the API. */
function watched(body: ReadableStream<Uint8Array>): Pick<ProxiedBody, 'body' | 'isBroken'> {
  let isBroken = false
  const reader = body.getReader()
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read()
          if (done) controller.close()
          else controller.enqueue(value)
        } catch {
          isBroken = true
          controller.error(badBody('did not come whole'))
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
  return { body: stream, isBroken: () => isBroken }
}
