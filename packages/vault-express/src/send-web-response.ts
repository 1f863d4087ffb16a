import type { Response as ExpressResponse } from 'express'

/** Sends a Web-standard response through Express, each cookie in a header of its own. */
export async function sendWebResponse(from: Response, to: ExpressResponse): Promise<void> {
  to.status(from.status)
  for (const [name, value] of from.headers) if (name !== 'set-cookie') to.setHeader(name, value)
  const cookies = from.headers.getSetCookie()
  if (cookies.length > 0) to.setHeader('set-cookie', [...readSetCookies(to), ...cookies])
  to.end(Buffer.from(await from.arrayBuffer()))
}

/** What the application's own middleware has set already stays. */
function readSetCookies(response: ExpressResponse): readonly string[] {
  const set = response.getHeader('set-cookie')
  return set === undefined ? [] : Array.isArray(set) ? set : [String(set)]
}
