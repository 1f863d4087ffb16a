import { isVaultError, VaultError, type VaultErrorFacts } from '../errors.js'
import { readErrorCode } from './error-code.js'
import type { TokenEndpointOutcome } from './token-response.js'

/** Whose flow it is, and where the user wanted to go: known once the browser is known to be the right one. */
export interface FlowFacts {
  readonly connectionId: string
  /** Absent for a sign-in. */
  readonly userId?: string
  readonly returnTo?: string
  readonly context?: string
}

/** The callback belongs to no live flow of this browser. Says the same for all reasons an attacker may wonder about. */
export function flowInvalid(reason: 'state' | 'browser' | 'user'): VaultError {
  return new VaultError(
    'authorization_flow_invalid',
    'This callback belongs to no live authorization flow of this browser and user: each is good once, for 10 minutes. Begin again.',
    {
      reason,
    },
  )
}

/** The same of a flow on another device. */
export function deviceFlowInvalid(reason: 'expired' | 'user'): VaultError {
  return new VaultError(
    'authorization_flow_invalid',
    'This handle belongs to no live device flow of this user: its time is over, or it was finished already. Begin again.',
    { reason },
  )
}

/** The provider's answer failed a check. `what` names it in our own words. */
export function responseInvalid(flow: FlowFacts, what: string, reason: string): VaultError {
  return new VaultError(
    'authorization_response_invalid',
    `The authorization response for connection "${flow.connectionId}" was refused: ${what}. Begin again.`,
    { ...flow, reason },
  )
}

export function authorizationDenied(flow: FlowFacts): VaultError {
  return new VaultError(
    'authorization_denied',
    `The user or the provider of connection "${flow.connectionId}" denied access. Offer to begin again.`,
    { ...flow, reason: 'access_denied' },
  )
}

/** The provider answered with an error. @param error - As it came. */
export function responseError(error: string, flow: FlowFacts): VaultError {
  const code = readErrorCode(error)
  return code === 'access_denied' ? authorizationDenied(flow) : responseInvalid(flow, `the provider answered with an error (${code})`, code)
}

/** The ID token could not be judged: the code is spent, so the flow has to begin again. */
export function keysUnavailable(flow: FlowFacts): VaultError {
  return new VaultError(
    'provider_unavailable',
    `The signing keys of the provider of connection "${flow.connectionId}" could not be fetched. Begin again a little later.`,
    {
      ...flow,
      reason: 'keys_unavailable',
    },
  )
}

/** Who the user is could not be asked: the code is spent, so the flow has to begin again. */
export function userinfoUnavailable(flow: FlowFacts): VaultError {
  return new VaultError(
    'provider_unavailable',
    `The provider of connection "${flow.connectionId}" did not say who the user is. Begin again a little later.`,
    { ...flow, reason: 'userinfo_unavailable' },
  )
}

/** What a code exchange that brought no tokens means for the caller. */
export function exchangeFailed(flow: FlowFacts, outcome: Exclude<TokenEndpointOutcome, { kind: 'answered' }>): VaultError {
  if (outcome.kind === 'no_answer') {
    const { cause } = outcome
    if (isVaultError(cause)) return new VaultError(cause.code, cause.message, { ...cause.facts, ...flow })
    return unavailable(flow, typeof cause === 'string' ? cause : outcome.reason, undefined)
  }
  const { status, retryAfterMs } = outcome
  if (outcome.kind === 'unusable')
    return unavailable(flow, outcome.reason === 'http_status' ? `http_${status}` : outcome.reason, retryAfterMs)
  if (status === 429 || status >= 500) return unavailable(flow, outcome.error, retryAfterMs)
  if (outcome.error === 'invalid_client' || outcome.error === 'unauthorized_client') {
    return new VaultError(
      'provider_rejected_client',
      `The provider of connection "${flow.connectionId}" refuses this application (${outcome.error}). Mend the connection's client id, secret or authentication method.`,
      { ...flow, reason: outcome.error },
    )
  }
  return responseInvalid(flow, `the provider did not exchange the code (${outcome.error})`, outcome.error)
}

function unavailable(flow: FlowFacts, reason: string, retryAfterMs: number | undefined): VaultError {
  const facts: VaultErrorFacts = retryAfterMs === undefined ? { ...flow, reason } : { ...flow, reason, retryAfterMs }
  return new VaultError(
    'provider_unavailable',
    `The provider of connection "${flow.connectionId}" did not exchange the code (${reason}). Begin again a little later.`,
    facts,
  )
}

/** The same error, with what the flow was begun with. Errors of other parts do not know it. */
export function withFlowFacts(error: unknown, flow: FlowFacts): unknown {
  const { returnTo, context } = isVaultError(error) ? error.facts : {}
  if (!isVaultError(error) || (returnTo === flow.returnTo && context === flow.context)) return error
  return new VaultError(error.code, error.message, { ...flow, ...error.facts, cause: error.cause })
}
