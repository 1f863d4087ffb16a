import { VaultError } from '../errors.js'

/** What is to be sent to an API, taken apart, so that it can be sent more than once. */
export interface ApiRequest {
  readonly url: URL
  readonly method: string
  /** Without those that the HTTP client writes itself. To be copied before it is changed. */
  readonly headers: Headers
  readonly body: RequestInit['body']
  /** Whether the body can be sent again: a stream can be read once. */
  readonly isReplayable: boolean
  readonly redirect: RequestRedirect
  /** Whether it is sent where an answer led to, and not where the caller said. */
  readonly isRedirected: boolean
  readonly signal: AbortSignal | undefined
  /** What else stood in `init`, for the `fetch` that it goes to. */
  readonly rest: RequestInit
}

/** What browsers let no caller write, either: it says how the request travels, or to which host. */
const OF_THE_CLIENT = ['host', 'connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'expect']

/** Reads the arguments of `fetch`. @throws {VaultError} `invalid_request`, naming each bad field, and none of their values. */
export function readApiRequest(input: string | URL | Request, init: RequestInit): ApiRequest {
  const { method, headers, body, redirect, signal, ...rest } = init ?? {}
  const given = typeof input === 'object' && input !== null && !(input instanceof URL) ? input : undefined
  const sent = body === undefined ? (given?.body ?? null) : body
  const isReplayable = canBeSentAgain(sent)
  const request = {
    url: readUrl(given ? given.url : input),
    method: readMethod(method ?? given?.method ?? 'GET'),
    headers: readHeaders(headers ?? given?.headers),
    body: sent,
    isReplayable,
    redirect: redirect ?? given?.redirect ?? 'follow',
    isRedirected: false,
    signal: (signal === undefined ? given?.signal : signal) ?? undefined,
    rest,
  }
  for (const name of OF_THE_CLIENT) request.headers.delete(name)
  // Of a stream nobody else knows the length; many APIs want to.
  if (isReplayable) request.headers.delete('content-length')
  return request
}

function readUrl(input: unknown): URL {
  const text = String(input)
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) throw bad('input', 'must be an absolute https URL at an API origin of the connection')
  if (url.username !== '' || url.password !== '') throw bad('input', 'must be a URL without a user name or password')
  return url
}

function readMethod(method: unknown): string {
  if (typeof method !== 'string' || !/^[A-Za-z-]{1,32}$/.test(method)) throw bad('method', 'must be the name of a method')
  const known = method.toUpperCase()
  // Those bring the request's headers back, or lead elsewhere.
  if (['CONNECT', 'TRACE', 'TRACK'].includes(known)) throw bad('method', 'must be none of CONNECT, TRACE and TRACK')
  return known
}

function readHeaders(headers: RequestInit['headers'] | undefined): Headers {
  try {
    return new Headers(headers)
  } catch {
    // The platform's own words quote the value.
    throw bad('headers', 'has a name or a value that no header can have')
  }
}

function canBeSentAgain(body: RequestInit['body']): boolean {
  if (body === undefined || body === null || typeof body === 'string') return true
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return true
  return body instanceof URLSearchParams || body instanceof FormData || body instanceof Blob
}

function bad(field: string, problem: string): VaultError {
  return new VaultError('invalid_request', `\`${field}\` ${problem}.`, { fields: { [field]: problem } })
}
