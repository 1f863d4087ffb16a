/** An answer before it takes the form of the server that sends it. */
export interface Reply {
  readonly status: number
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  /** Lines of `Set-Cookie`. */
  readonly cookies?: readonly string[]
  /** A stream is to be read no faster than the client reads, and to be cancelled when he goes away. */
  readonly body?: string | ReadableStream<Uint8Array>
}

/** On every answer: nothing is cached, sniffed or told to the next site. */
export const SAFE_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  pragma: 'no-cache',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}
const JSON_HEADERS: Readonly<Record<string, string>> = { ...SAFE_HEADERS, 'content-type': 'application/json; charset=utf-8' }

export function jsonReply(status: number, body: object, headers?: Readonly<Record<string, string>>): Reply {
  return { status, headers: headers ? { ...JSON_HEADERS, ...headers } : JSON_HEADERS, body: JSON.stringify(body) }
}

/** An answer that its status says all of: 204. */
export function emptyReply(status: number, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { ...SAFE_HEADERS, ...headers } }
}

/** 303: the browser follows with GET, and the page it came from, with its code in the address, leaves the history. */
export function seeOther(location: string, cookies: readonly string[] = []): Reply {
  return { status: 303, headers: { ...SAFE_HEADERS, location }, cookies }
}

const NO_FORMS = "'none'"

/** A page that loads nothing and runs nothing. `formTargets`: where its forms, and the redirects after them, may lead. */
export function htmlReply(status: number, html: string, cookies: readonly string[] = [], formTargets: string = NO_FORMS): Reply {
  const headers = {
    ...SAFE_HEADERS,
    // A form that may tell no referrer comes with the origin `null`, and old browsers say nothing else of where it is from.
    ...(formTargets !== NO_FORMS && { 'referrer-policy': 'same-origin' }),
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; form-action ${formTargets}`,
  }
  return { status, headers, cookies, body: html }
}

/** The same with further headers. */
export function withHeaders(reply: Reply, headers: Readonly<Record<string, string>>): Reply {
  return { ...reply, headers: { ...reply.headers, ...headers } }
}

/** The reply as a Web-standard response. */
export function toWebResponse({ status, headers: fields, cookies = [], body }: Reply): Response {
  if (cookies.length === 0) return new Response(body ?? null, { status, headers: fields })
  const headers = new Headers(fields)
  for (const cookie of cookies) headers.append('set-cookie', cookie)
  return new Response(body ?? null, { status, headers })
}
