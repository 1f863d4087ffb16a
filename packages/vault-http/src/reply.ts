/** On every answer: nothing is cached, sniffed or told to the next site. */
const SAFE_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  pragma: 'no-cache',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

export function jsonResponse(status: number, body: object, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...SAFE_HEADERS, 'content-type': 'application/json; charset=utf-8', ...headers },
  })
}

/** 303: the browser follows with GET, and the page it came from, with its code in the address, leaves the history. */
export function seeOther(location: string, cookies: readonly string[] = []): Response {
  const headers = new Headers({ ...SAFE_HEADERS, location })
  for (const cookie of cookies) headers.append('set-cookie', cookie)
  return new Response(null, { status: 303, headers })
}

/** A page that loads nothing and runs nothing. `formTargets`: where its forms, and the redirects after them, may lead. */
export function htmlResponse(status: number, html: string, cookies: readonly string[] = [], formTargets = "'none'"): Response {
  const headers = new Headers({
    ...SAFE_HEADERS,
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; form-action ${formTargets}`,
  })
  for (const cookie of cookies) headers.append('set-cookie', cookie)
  return new Response(html, { status, headers })
}
