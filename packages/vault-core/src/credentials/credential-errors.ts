import { VaultError } from '../errors.js'

interface Whose {
  readonly connectionId: string
  readonly userId: string
}

export function credentialNotFound({ connectionId, userId }: Whose): VaultError {
  return new VaultError('credential_not_found', `User "${userId}" has not connected "${connectionId}". Let the user connect.`, {
    connectionId,
    userId,
  })
}

/** Why a user has to consent again, as a stable word and for people. */
const REASONS: Readonly<Record<string, string>> = {
  expired: 'the access token expired and the provider gave no refresh token',
  revoked: 'the provider no longer accepts the refresh token',
  no_refresh_token: 'another access token is asked for, and the provider gave no refresh token',
  rotation_outcome_unknown: 'a refresh was interrupted after it was sent, and the provider no longer accepts the refresh token',
}

/** @param reason - `expired`, `revoked`, `no_refresh_token` or `rotation_outcome_unknown`. */
export function reauthorizationRequired({ connectionId, userId }: Whose, reason: string): VaultError {
  const why = REASONS[reason] ?? reason
  return new VaultError('reauthorization_required', `User "${userId}" has to connect "${connectionId}" again: ${why}.`, {
    connectionId,
    userId,
    reason,
  })
}

export function providerUnavailable({ connectionId, userId }: Whose, reason: string, retryAfterMs: number): VaultError {
  return new VaultError(
    'provider_unavailable',
    `The provider of connection "${connectionId}" did not refresh the access token (${reason}). Ask again after \`retryAfterMs\`.`,
    { connectionId, userId, reason, retryAfterMs: Math.max(0, Math.ceil(retryAfterMs)) },
  )
}

/** While it was being refreshed, the user connected again, or another process's refresh was stored: whoever asks again works with that. */
export function grantChanged(whose: Whose): VaultError {
  return providerUnavailable(whose, 'grant_changed', 1_000)
}

/** @param retryAfterMs - When it is tried again by itself, if nobody mends the connection before. */
export function providerRejectedClient({ connectionId, userId }: Whose, error: string, retryAfterMs: number): VaultError {
  return new VaultError(
    'provider_rejected_client',
    `The provider of connection "${connectionId}" refuses this application (${error}). Mend the connection's client id, secret or authentication method; the user's grant is kept.`,
    { connectionId, userId, reason: error, retryAfterMs: Math.max(0, Math.ceil(retryAfterMs)) },
  )
}

/** @param fields - What is wrong with the answer, by field; never what stood there. */
export function unusableAnswer(
  { connectionId, userId }: Whose,
  fields: Readonly<Record<string, string>>,
  retryAfterMs: number,
): VaultError {
  const problems = Object.entries(fields).map(([field, problem]) => `${field} ${problem}`)
  return new VaultError(
    'provider_unavailable',
    `The provider of connection "${connectionId}" answered a refresh with an access token that cannot be used (${problems.join('; ')}); the refresh token is kept safe. Look into the provider if it recurs.`,
    { connectionId, userId, reason: 'quarantined', retryAfterMs, fields },
  )
}

/** A call that came when the vault was closed, or would have had to begin a refresh while it was being closed. */
export function vaultClosed(): VaultError {
  return new VaultError('store_unavailable', 'The vault is closed, or is being closed. Ask another process, or make a new vault.', {
    reason: 'closed',
  })
}

/** The error for who can use no token that is bound to a key. */
export function tokenBoundToKey({ connectionId, userId }: { readonly connectionId: string; readonly userId: string }): VaultError {
  return new VaultError(
    'invalid_request',
    `The tokens of connection "${connectionId}" are bound to a key that does not leave the vault, and are no use without it. Let \`vault.fetch\`, or the proxy route of the HTTP API, send the request.`,
    { connectionId, userId, reason: 'token_bound_to_key' },
  )
}
