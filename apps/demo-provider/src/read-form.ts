import type { IncomingMessage } from 'node:http'

const MAX_BYTES = 10_000

/** Reads a small urlencoded body. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let body = ''
  for await (const chunk of request) {
    body += String(chunk)
    if (body.length > MAX_BYTES) throw new Error('The form is too large.')
  }
  return new URLSearchParams(body)
}
