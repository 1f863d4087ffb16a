/** A shorter one may stand in a header by chance. */
const SURELY_SECRET_LENGTH = 12

/** Whether the text has the token in it, as it is or as a URL writes it. */
export function repeats(text: string, token: string): boolean {
  return token.length >= SURELY_SECRET_LENGTH && (text.includes(token) || text.includes(encodeURIComponent(token)))
}

/** The answer without headers in which the API sends the token back: they go into logs, and on to other machines. */
export function withoutEcho(response: Response, token: string): Response {
  const echoes = [...response.headers].filter(([, value]) => repeats(value, token)).map(([name]) => name)
  if (echoes.length === 0) return response
  const { body, status, statusText, url, redirected } = response
  const headers = new Headers(response.headers)
  for (const name of echoes) headers.delete(name)
  const clean = new Response(body, { status, statusText, headers })
  return Object.defineProperties(clean, { url: { value: url }, redirected: { value: redirected } })
}
