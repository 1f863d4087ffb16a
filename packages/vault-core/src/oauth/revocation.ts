import * as oauth from 'oauth4webapi'
import type { Connection } from '../model/connection.js'
import type { Runtime } from '../runtime.js'
import type { Secret } from '../secret.js'
import { withDeadline } from './deadline.js'
import type { Discovery } from './discovery.js'
import { sendTokenRequest } from './token-endpoint.js'
import type { TokenEndpointOutcome } from './token-response.js'

/** `unsupported`: the server has no revocation, or not for such a token; asking again changes nothing. */
export type RevocationOutcome =
  | { readonly kind: 'revoked' }
  | { readonly kind: 'unsupported' }
  | { readonly kind: 'retry'; readonly retryAfterMs: number | undefined }

/** How long one revocation may take, milliseconds. */
const REVOCATION_DEADLINE_MS = 15_000

/**
 * Revokes the tokens of a grant at the provider, the refresh token first. `done` also when the provider offers no
 * revocation. Revoking again what is revoked already is harmless, so a repeat begins from the start.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7009 RFC 7009}
 */
export async function revokeTokens(request: {
  readonly connection: Connection
  readonly tokens: { readonly refreshToken: Secret | undefined; readonly accessToken: Secret | undefined }
  readonly discovery: Discovery
  readonly runtime: Runtime
}): Promise<{ readonly kind: 'done' } | { readonly kind: 'retry'; readonly retryAfterMs: number | undefined }> {
  const { connection, tokens, discovery, runtime } = request
  let authorizationServer: oauth.AuthorizationServer
  try {
    authorizationServer = await discovery.authorizationServerOf(connection, 'revocation_endpoint')
  } catch {
    return { kind: 'retry', retryAfterMs: undefined }
  }
  for (const [tokenTypeHint, token] of [
    ['refresh_token', tokens.refreshToken],
    ['access_token', tokens.accessToken],
  ] as const) {
    if (!token) continue
    const outcome = await withDeadline(runtime.clock, REVOCATION_DEADLINE_MS, (signal) =>
      revokeToken({ connection, authorizationServer, token, tokenTypeHint, signal, runtime }),
    )
    if (outcome.kind === 'retry') return outcome
  }
  return { kind: 'done' }
}

/** Sends one revocation request. Never throws for what the network or the provider can do. */
export async function revokeToken(request: {
  readonly connection: Connection
  readonly authorizationServer: oauth.AuthorizationServer
  readonly token: Secret
  readonly tokenTypeHint: 'refresh_token' | 'access_token'
  readonly signal: AbortSignal
  readonly runtime: Runtime
}): Promise<RevocationOutcome> {
  const { connection, authorizationServer, token, tokenTypeHint, signal, runtime } = request
  if (authorizationServer.revocation_endpoint === undefined) return { kind: 'unsupported' }
  const outcome = await sendTokenRequest({
    connection,
    runtime,
    signal,
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
  // The server does not know the token (any more): what was wanted is so.
  if (error === 'invalid_token' || error === 'invalid_grant') return { kind: 'revoked' }
  // A misconfigured client may be mended while the job waits.
  if (error === 'invalid_client' || error === 'unauthorized_client' || status === 429 || status >= 500)
    return { kind: 'retry', retryAfterMs }
  return { kind: 'unsupported' }
}
