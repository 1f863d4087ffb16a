import type { TokenEndpointOutcome } from '../oauth/token-response.js'

/**
 * What a token request that brought no tokens means.
 *
 * - `grant_rejected`: the provider does not take this refresh token.
 * - `client_rejected`: it does not take this application: the connection is misconfigured, the user's grant stays.
 * - `not_processed`: it surely did nothing; ask again later.
 * - `outcome_unknown`: it may have rotated the refresh token. `inFlight` when the request may still be running there.
 */
export type FailureVerdict =
  | { readonly kind: 'grant_rejected' }
  | { readonly kind: 'client_rejected'; readonly error: string }
  | { readonly kind: 'not_processed'; readonly reason: string; readonly retryAfterMs: number | undefined }
  | { readonly kind: 'outcome_unknown'; readonly reason: string; readonly retryAfterMs: number | undefined; readonly inFlight: boolean }

/** RFC 6749, section 5.2, and what providers send for the same meaning. None of these is the user's doing. */
const CLIENT_ERRORS = new Set(['invalid_client', 'unauthorized_client', 'unsupported_grant_type', 'invalid_request', 'invalid_scope'])

/** Classifies every outcome of the token endpoint that is not an answer with tokens. */
export function classifyFailure(outcome: Exclude<TokenEndpointOutcome, { kind: 'answered' }>): FailureVerdict {
  switch (outcome.kind) {
    case 'refused':
      if (outcome.status === 429 || outcome.status === 503)
        return { kind: 'not_processed', reason: outcome.error, retryAfterMs: outcome.retryAfterMs }
      if (outcome.error === 'invalid_grant') return { kind: 'grant_rejected' }
      if (CLIENT_ERRORS.has(outcome.error)) return { kind: 'client_rejected', error: outcome.error }
      return outcome.status >= 500
        ? { kind: 'outcome_unknown', reason: outcome.error, retryAfterMs: outcome.retryAfterMs, inFlight: false }
        : { kind: 'not_processed', reason: outcome.error, retryAfterMs: outcome.retryAfterMs }
    case 'unusable':
      return classifyUnusable(outcome)
    case 'no_answer':
      return outcome.notSent
        ? { kind: 'not_processed', reason: outcome.reason, retryAfterMs: undefined }
        : { kind: 'outcome_unknown', reason: outcome.reason, retryAfterMs: undefined, inFlight: true }
  }
}

function classifyUnusable(outcome: Extract<TokenEndpointOutcome, { kind: 'unusable' }>): FailureVerdict {
  const { status, retryAfterMs } = outcome
  const reason = outcome.reason === 'http_status' ? `http_${status}` : outcome.reason
  if (outcome.reason === 'redirect' || status === 429 || status === 503 || (status >= 400 && status < 500))
    return { kind: 'not_processed', reason, retryAfterMs }
  // A 500 or a garbled 200 may follow a rotation that has happened.
  return { kind: 'outcome_unknown', reason, retryAfterMs, inFlight: false }
}
