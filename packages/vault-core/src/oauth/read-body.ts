import { untilAborted } from './deadline.js'

/** No answer of an authorization server has a reason to be larger. */
export const MAX_BODY_BYTES: number = 1_048_576

export type ReadBody = { readonly kind: 'complete'; readonly text: string } | { readonly kind: 'too_large' }

/**
 * Reads a body as UTF-8 text, holding at most `maxBytes` of it; a larger one is cancelled. Bytes are counted after
 * decompression, so that a small compressed body cannot become a large one unseen.
 *
 * @throws What the stream throws, or the signal's reason.
 */
export async function readBody(response: Response, signal: AbortSignal, maxBytes: number = MAX_BODY_BYTES): Promise<ReadBody> {
  if (!response.body) return { kind: 'complete', text: '' }
  const reader = response.body.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for (;;) {
      const { done, value } = await untilAborted(reader.read(), signal)
      if (done) break
      length += value.byteLength
      if (length > maxBytes) {
        abandon(reader)
        return { kind: 'too_large' }
      }
      chunks.push(value)
    }
  } catch (error) {
    abandon(reader)
    throw error
  }
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.byteLength
  }
  return { kind: 'complete', text: new TextDecoder().decode(bytes) }
}

/** Ends a response whose body nobody will read, so that its connection is freed. */
export function discardBody(response: Response): void {
  if (response.body && !response.bodyUsed) response.body.cancel().catch(() => undefined)
}

/** Tells the source to stop; a source that does not listen must not hold us up. */
function abandon(reader: ReadableStreamDefaultReader<Uint8Array>): void {
  reader.cancel().catch(() => undefined)
}
