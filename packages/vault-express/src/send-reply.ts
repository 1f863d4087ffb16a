import type { Reply } from '@holdfast/vault-http'
import type { Response } from 'express'

/** Sends a reply of the vault through Express, each cookie in a header of its own. */
export function sendReply({ status, headers, cookies = [], body }: Reply, to: Response): void {
  to.statusCode = status
  for (const name in headers) to.setHeader(name, headers[name] ?? '')
  if (cookies.length > 0) to.setHeader('set-cookie', [...readSetCookies(to), ...cookies])
  // As bytes: Node writes them as they are, and a text together with the headers as one text that it has to encode.
  if (body === undefined) to.end()
  else to.end(Buffer.from(body))
}

/** What the application's own middleware has set already stays. */
function readSetCookies(response: Response): readonly string[] {
  const set = response.getHeader('set-cookie')
  return set === undefined ? [] : Array.isArray(set) ? set : [String(set)]
}
