import type { CustomFetchOptions } from 'oauth4webapi'
import type { Connection } from '../model/connection.js'

/** A message as oauth4webapi made it. */
export type TokenRequestInit = CustomFetchOptions<'POST', URLSearchParams>

/** The message as the provider wants it. JSON is in no RFC, and all that some providers take. */
export function asProviderRequest(
  url: string,
  init: TokenRequestInit,
  { tokenRequestContentType, quirks }: Connection,
  method: 'POST' | 'GET' = 'POST',
): { readonly url: string; readonly init: RequestInit } {
  const body = parametersOf(init.body, quirks)
  const headers = { ...init.headers, ...quirks.tokenRequestHeaders }
  if (method === 'GET') {
    const others = new Headers(headers)
    others.delete('content-type')
    const { body: _body, ...rest } = init
    return { url: withQuery(url, body), init: { ...rest, method, headers: others } }
  }
  if (tokenRequestContentType !== 'application/json') return { url, init: { ...init, headers, body } }
  return {
    url,
    init: { ...init, headers: { ...headers, 'content-type': tokenRequestContentType }, body: JSON.stringify(asObject(body)) },
  }
}

function parametersOf(sent: URLSearchParams, { clientIdParameter, tokenRequestParameters = {} }: Connection['quirks']): URLSearchParams {
  const body = new URLSearchParams(sent)
  for (const [name, value] of Object.entries(tokenRequestParameters)) if (!body.has(name)) body.set(name, value)
  const clientId = body.get('client_id')
  if (clientIdParameter !== undefined && clientId !== null) {
    body.delete('client_id')
    body.set(clientIdParameter, clientId)
  }
  return body
}

/** A parameter that comes more than once, as `resource` may, is a list. */
function asObject(parameters: URLSearchParams): Readonly<Record<string, string | readonly string[]>> {
  const names = [...new Set(parameters.keys())]
  const valuesOf = (name: string): string | readonly string[] => {
    const [first = '', ...others] = parameters.getAll(name)
    return others.length === 0 ? first : [first, ...others]
  }
  return Object.fromEntries(names.map((name) => [name, valuesOf(name)]))
}

function withQuery(endpoint: string, parameters: URLSearchParams): string {
  const url = new URL(endpoint)
  for (const name of parameters.keys()) url.searchParams.delete(name)
  for (const [name, value] of parameters) url.searchParams.append(name, value)
  return url.href
}
