import type { Request as ExpressRequest, Response as ExpressResponse } from 'express'

/**
 * The Express request as a Web-standard one, under the configured origin and with the raw path; undefined for a path that no URL can have.
 * The body is left alone: no route of the vault reads one, and the application's parsers may have.
 */
export function toWebRequest(request: ExpressRequest, response: ExpressResponse, origin: string): Request | undefined {
  // A path that begins with two slashes would be read as another host.
  if (!request.originalUrl.startsWith('/') || request.originalUrl.startsWith('//') || !URL.canParse(origin + request.originalUrl))
    return undefined
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers)) {
    for (const item of Array.isArray(value) ? value : [value]) if (item !== undefined) headers.append(name, item)
  }
  return new Request(origin + request.originalUrl, { method: methodOf(request), headers, signal: abortOnClose(response) })
}

/** Aborts when the client goes away before it has its answer. */
export function abortOnClose(response: ExpressResponse): AbortSignal {
  const gone = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) gone.abort(new DOMException('The client closed the connection.', 'AbortError'))
  })
  return gone.signal
}

/** `fetch`'s Request refuses these methods; no route of the vault takes them either. */
function methodOf({ method }: ExpressRequest): string {
  return ['CONNECT', 'TRACE', 'TRACK'].includes(method) ? 'OPTIONS' : method
}
