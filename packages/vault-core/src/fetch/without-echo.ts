/** A shorter one may stand in a header by chance. */
const SURELY_SECRET_LENGTH = 12

/** Whether the text has the token in it, as it is or as a URL writes it. */
export function repeats(text: string, token: string): boolean {
  return token.length >= SURELY_SECRET_LENGTH && (text.includes(token) || text.includes(encodeURIComponent(token)))
}

/** The answer without headers, or a reason, in which the API sends the token back: they go into logs, and on to other machines. */
export function withoutEcho(response: Response, token: string): Response {
  const { body, status, statusText, url, redirected } = response
  const echoes = [...response.headers].filter(([, value]) => repeats(value, token)).map(([name]) => name)
  const reason = repeats(statusText, token) ? '' : statusText
  if (echoes.length === 0 && reason === statusText) return response
  const headers = new Headers(response.headers)
  for (const name of echoes) headers.delete(name)
  const clean = new Response(body, { status, headers })
  // No answer can be made with a reason that is not Latin, as some servers send.
  return Object.defineProperties(clean, { statusText: { value: reason }, url: { value: url }, redirected: { value: redirected } })
}
