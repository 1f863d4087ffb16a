import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream as NodeReadableStream } from 'node:stream/web'
import type { Reply } from '@holdfast/vault-http'
import type { Response } from 'express'

/** Sends a reply of the vault through Express, each cookie in a header of its own. */
export function sendReply({ status, headers, cookies = [], body }: Reply, to: Response): void {
  to.statusCode = status
  for (const name in headers) to.setHeader(name, headers[name] ?? '')
  if (cookies.length > 0) to.setHeader('set-cookie', [...readSetCookies(to), ...cookies])
  if (body === undefined) to.end()
  else if (typeof body !== 'string') void sendStream(body, to)
  else if (isAscii(body)) to.end(body, 'latin1')
  else to.end(Buffer.from(body))
}

/** No faster than the client reads. When he goes away the stream is cancelled; when the stream fails his connection breaks, so that he sees that it is not whole. */
async function sendStream(body: ReadableStream<Uint8Array>, to: Response): Promise<void> {
  to.flushHeaders()
  try {
    await pipeline(Readable.fromWeb(body as NodeReadableStream<Uint8Array>), to)
  } catch {
    // Both ends are told by now, and there is nobody else to tell.
  }
}

/** What Node can send as text, in one piece with the headers and without encoding either. Bytes are a second piece, which costs more. */
function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length
}

/** What the application's own middleware has set already stays. */
function readSetCookies(response: Response): readonly string[] {
  const set = response.getHeader('set-cookie')
  return set === undefined ? [] : Array.isArray(set) ? set : [String(set)]
}
