import { VaultError } from '@holdfast/vault-core'
import { HttpError } from './http-error.js'
import type { VaultRequest } from './vault-request.js'

/** Longest body, in bytes. */
export const MAX_BODY_BYTES = 100_000

/**
 * The body's text, counted while it comes in: what `content-length` says is believed only when it is too much.
 *
 * @throws {HttpError} `request_too_large`; `unsupported_media_type` for a compressed body.
 * @throws {VaultError} `invalid_request` when it ended early or is not UTF-8.
 */
export async function readBodyText(request: VaultRequest): Promise<string> {
  if (Number(request.headers.get('content-length')) > MAX_BODY_BYTES) throw tooLarge()
  if (!/^(?:identity)?$/i.test(request.headers.get('content-encoding') ?? ''))
    throw new HttpError('unsupported_media_type', 'The body is compressed. Send it as it is.')
  return request.body === null ? '' : decode(await readChunks(request.body))
}

/** The body's chunks, counted while they come in. @throws As {@link readBodyText}, but for what concerns text. */
export async function readChunks(body: ReadableStream<Uint8Array>): Promise<readonly Uint8Array[]> {
  const reader = body.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { done, value } = await nextChunk(reader)
    if (done) return chunks
    length += value.byteLength
    if (length > MAX_BODY_BYTES) {
      // Whether the sender hears of it is his affair.
      reader.cancel().catch(() => undefined)
      throw tooLarge()
    }
    chunks.push(value)
  }
}

async function nextChunk(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<ReadableStreamReadResult<Uint8Array>> {
  try {
    return await reader.read()
  } catch {
    throw badBody('did not come whole')
  }
}

function decode(chunks: readonly Uint8Array[]): string {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    return chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join('') + decoder.decode()
  } catch {
    throw badBody('must be UTF-8')
  }
}

/** The error for a body that cannot be read at all. */
export function badBody(problem: string): VaultError {
  return new VaultError('invalid_request', `The body ${problem}.`, { fields: { body: problem } })
}

function tooLarge(): HttpError {
  return new HttpError('request_too_large', `The body is longer than ${MAX_BODY_BYTES} bytes. Send less at a time.`)
}
