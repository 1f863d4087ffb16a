import * as oauth from 'oauth4webapi'
import type { Connection } from '../model/connection.js'
import type { Runtime } from '../runtime.js'
import type { Secret } from '../secret.js'
import { withDeadline } from './deadline.js'
import type { Discovery } from './discovery.js'
import { sendRefreshRequest } from './refresh-token.js'
import type { RevocationOutcome } from './revocation-outcome.js'
import { revokeInOwnWay } from './revoke-in-own-way.js'
import { sendTokenRequest } from './token-endpoint.js'
import type { TokenEndpointOutcome } from './token-response.js'

/** The tokens of one grant. */
export interface TokensToRevoke {
  readonly refreshToken: Secret | undefined
  readonly accessToken: Secret | undefined
}

export type RevocationResult =
  /** Nothing is left to do; also when the provider offers no revocation. */
  | { readonly kind: 'done' }
  /** The provider does not take the request: the connection's `revocation` is wrong. */
  | { readonly kind: 'refused'; readonly status: number | undefined }
  /** The grant ends by an access token that lives, and one was obtained for it: what is to be revoked now, in place of what was given. */
  | { readonly kind: 'renewed'; readonly tokens: TokensToRevoke }
  | { readonly kind: 'retry'; readonly retryAfterMs: number | undefined }

/** How long one request may take, milliseconds. */
const REQUEST_DEADLINE_MS = 15_000

/**
 * Revokes the tokens of a grant at the provider, the refresh token first. Revoking again what is revoked already is harmless, so a repeat
 * begins from the start.
 *
 * @param request.mayRenew - Whether an access token may be obtained to end the grant with. Not for one that was obtained for this.
 * @see {@link https://www.rfc-editor.org/rfc/rfc7009 RFC 7009}
 */
export async function revokeTokens(request: {
  readonly connection: Connection
  readonly tokens: TokensToRevoke
  readonly mayRenew: boolean
  readonly discovery: Discovery
  readonly runtime: Runtime
}): Promise<RevocationResult> {
  const { connection, discovery, runtime } = request
  // A grant of the connection itself is none that a provider could revoke; the token is.
  const tokens = connection.grant ? { ...request.tokens, refreshToken: undefined } : request.tokens
  const { revocation } = connection
  let authorizationServer: oauth.AuthorizationServer | undefined
  try {
    if (!revocation) authorizationServer = await discovery.authorizationServerOf(connection, 'revocation_endpoint')
  } catch {
    return { kind: 'retry', retryAfterMs: undefined }
  }
  const send = (token: Secret, tokenTypeHint: TokenTypeHint): Promise<RevocationOutcome> =>
    withDeadline(runtime.clock, REQUEST_DEADLINE_MS, async (signal) => {
      if (revocation) return revokeInOwnWay({ connection, revocation, token, signal, runtime })
      if (!authorizationServer) return { kind: 'unsupported' }
      return revokeToken({ connection, authorizationServer, token, tokenTypeHint, signal, runtime })
    })

  const takes = revocation?.tokens ?? 'both'
  let isAlive = false
  for (const [tokenTypeHint, token] of [
    ['refresh_token', tokens.refreshToken],
    ['access_token', tokens.accessToken],
  ] as const) {
    if (!token || (takes !== 'both' && takes !== tokenTypeHint)) continue
    const outcome = await send(token, tokenTypeHint)
    if (outcome.kind === 'retry' || outcome.kind === 'refused') return outcome
    isAlive ||= outcome.kind !== 'unknown_token'
  }
  if (takes !== 'access_token' || isAlive || !tokens.refreshToken) return { kind: 'done' }
  return request.mayRenew ? renew(request, tokens.refreshToken) : { kind: 'refused', status: undefined }
}

type TokenTypeHint = 'refresh_token' | 'access_token'

/** The access token ended long ago, as it mostly has when a user disconnects: the refresh token gets another one, to end the grant with. */
async function renew(
  { connection, discovery, runtime }: Parameters<typeof revokeTokens>[0],
  refreshToken: Secret,
): Promise<RevocationResult> {
  const outcome = await withDeadline(runtime.clock, REQUEST_DEADLINE_MS, (signal) =>
    sendRefreshRequest({ connection, refreshToken, signal, discovery, runtime }),
  )
  if (outcome.kind === 'answered') {
    const { accessToken, refreshToken: next = refreshToken } = outcome.response
    return accessToken ? { kind: 'renewed', tokens: { accessToken, refreshToken: next } } : { kind: 'done' }
  }
  // The provider has ended the grant by itself, or somebody else has.
  if (outcome.kind === 'refused' && outcome.error === 'invalid_grant') return { kind: 'done' }
  return { kind: 'retry', retryAfterMs: outcome.kind === 'no_answer' ? undefined : outcome.retryAfterMs }
}

/** Sends one revocation request of RFC 7009. Never throws for what the network or the provider can do. */
export async function revokeToken(request: {
  readonly connection: Connection
  readonly authorizationServer: oauth.AuthorizationServer
  readonly token: Secret
  readonly tokenTypeHint: TokenTypeHint
  readonly signal: AbortSignal
  readonly runtime: Runtime
}): Promise<RevocationOutcome> {
  const { connection, authorizationServer, token, tokenTypeHint, signal, runtime } = request
  if (authorizationServer.revocation_endpoint === undefined) return { kind: 'unsupported' }
  const outcome = await sendTokenRequest({
    connection,
    runtime,
    signal,
    purpose: 'revocation',
    answers: 'revocation',
    send: (client, authentication, options) =>
      oauth.revocationRequest(authorizationServer, client, authentication, token.reveal(), {
        ...options,
        additionalParameters: { token_type_hint: tokenTypeHint },
      }),
  })
  return judge(outcome)
}

function judge(outcome: TokenEndpointOutcome): RevocationOutcome {
  switch (outcome.kind) {
    case 'answered':
      return { kind: 'revoked' }
    case 'no_answer':
      return { kind: 'retry', retryAfterMs: undefined }
    case 'refused':
      return judgeRefusal(outcome.status, outcome.error, outcome.retryAfterMs)
    case 'unusable':
      // RFC 7009, section 2.2: the status says it all, and a body means nothing.
      if (outcome.status >= 200 && outcome.status < 300) return { kind: 'revoked' }
      return [404, 405, 410, 501].includes(outcome.status) ? { kind: 'unsupported' } : { kind: 'retry', retryAfterMs: outcome.retryAfterMs }
  }
}

function judgeRefusal(status: number, error: string, retryAfterMs: number | undefined): RevocationOutcome {
  if (error === 'unsupported_token_type') return { kind: 'unsupported' }
  if (error === 'invalid_token' || error === 'invalid_grant') return { kind: 'unknown_token' }
  // A misconfigured client may be mended while the job waits.
  if (error === 'invalid_client' || error === 'unauthorized_client' || status === 429 || status >= 500)
    return { kind: 'retry', retryAfterMs }
  return { kind: 'unsupported' }
}
