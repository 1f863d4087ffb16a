import type { Connection, ProviderRevocation } from '../model/connection.js'
import type { Runtime } from '../runtime.js'
import type { Secret } from '../secret.js'
import { clientAuthenticationOf, clientOf } from './client-authentication.js'
import { untilAborted } from './deadline.js'
import { fetchOf } from './fetch-of.js'
import { parseJsonObject } from './parse-json-object.js'
import { discardBody, readBody } from './read-body.js'
import { parseRetryAfter } from './retry-after.js'
import type { RevocationOutcome } from './revocation-outcome.js'

/** Tells a provider in its own way that a token is to be revoked. Never throws for what the network or the provider can do; follows no redirect. */
export async function revokeInOwnWay(request: {
  readonly connection: Connection
  readonly revocation: ProviderRevocation
  readonly token: Secret
  readonly signal: AbortSignal
  readonly runtime: Runtime
}): Promise<RevocationOutcome> {
  const { connection, revocation, signal, runtime } = request
  try {
    const init = await requestOf(request)
    const sending = (async () => fetchOf(runtime, connection, 'revocation')(revocation.url, { ...init, redirect: 'manual', signal }))()
    const response = await untilAborted(sending, signal, discardBody)
    const retryAfterMs = parseRetryAfter(response.headers.get('retry-after'), runtime.clock.now())
    const body = await readBody(response, signal, MAX_ANSWER_BYTES)
    return judge(revocation, response.status, body.kind === 'complete' ? parseJsonObject(body.text) : undefined, retryAfterMs)
  } catch {
    // What went wrong may quote the token.
    return { kind: 'retry', retryAfterMs: undefined }
  }
}

const MAX_ANSWER_BYTES = 65_536

async function requestOf({
  connection,
  revocation,
  token,
  runtime,
}: Parameters<typeof revokeInOwnWay>[0]): Promise<RequestInit & { readonly headers: Headers }> {
  const { method = 'POST', token: place = DEFAULT_PLACE, parameters = {} } = revocation
  const headers = new Headers({ accept: 'application/json', ...revocation.headers })
  const fields = new URLSearchParams(parameters)
  if (place.in === 'bearer') headers.set('authorization', `Bearer ${token.reveal()}`)
  else if (place.in === 'header') headers.set(place.name, token.reveal())
  else fields.set(place.name, token.reveal())

  const clientMethod = revocation.clientAuthentication ?? (isInHeader(revocation) ? 'omit' : connection.clientAuthentication)
  if (clientMethod !== 'omit') {
    const authenticate = await clientAuthenticationOf(connection, runtime, clientMethod)
    const server = { issuer: connection.issuer ?? connection.endpoints.token ?? connection.connectionId }
    await authenticate(server, clientOf(connection, runtime), fields, headers)
  }
  if (fields.size === 0) return { method, headers }
  if (place.in !== 'json') return { method, headers, body: fields }
  headers.set('content-type', 'application/json')
  return { method, headers, body: JSON.stringify(Object.fromEntries(fields)) }
}

const DEFAULT_PLACE = { in: 'form', name: 'token' } as const

function isInHeader({ token }: ProviderRevocation): boolean {
  return token?.in === 'bearer' || token?.in === 'header'
}

function judge(
  revocation: ProviderRevocation,
  status: number,
  answer: Readonly<Record<string, unknown>> | undefined,
  retryAfterMs: number | undefined,
): RevocationOutcome {
  const { successField, unknownToken = [] } = revocation
  if (status >= 200 && status < 300 && (successField === undefined || answer?.[successField] === true)) return { kind: 'revoked' }
  const known = [...unknownToken, ...UNKNOWN_TOKEN_CODES, ...(isInHeader(revocation) ? [401] : [])]
  if (known.includes(status) || errorCodesOf(answer).some((code) => known.includes(code))) return { kind: 'unknown_token' }
  // Whatever else may pass: an overload, a network's own page, a client that is being mended, a rate that is told by 403, a 200 that failed.
  const mayPass = status < 400 || status >= 500 || [401, 403, 408, 425, 429].includes(status)
  return mayPass ? { kind: 'retry', retryAfterMs } : { kind: 'refused', status }
}

const UNKNOWN_TOKEN_CODES = ['invalid_token', 'invalid_grant']

/** `error` as OAuth and Slack have it, and as an object with a `code`, as Facebook has it. */
function errorCodesOf(answer: Readonly<Record<string, unknown>> | undefined): readonly string[] {
  const error = answer?.error
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : error
  return typeof code === 'string' || typeof code === 'number' ? [String(code)] : []
}
