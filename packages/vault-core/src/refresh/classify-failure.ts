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
  | { readonly kind: 'client_rejected'; readonly error: string; readonly retryAfterMs: number | undefined }
  | { readonly kind: 'not_processed'; readonly reason: string; readonly retryAfterMs: number | undefined }
  | { readonly kind: 'outcome_unknown'; readonly reason: string; readonly retryAfterMs: number | undefined; readonly inFlight: boolean }

type Failure = Exclude<TokenEndpointOutcome, { kind: 'answered' }>

interface Rule {
  readonly means: FailureVerdict['kind']
  readonly status?: (status: number) => boolean
  /** The OAuth error (RFC 6749, section 5.2), also inside a 200. */
  readonly error?: readonly string[]
  readonly reason?: readonly string[]
  readonly notSent?: boolean
}

const below500 = (status: number): boolean => status < 500
const refusals = (status: number): boolean => status >= 400 && status < 500

/** The first rule that fits counts. What no rule fits may have been processed. */
const RULES: readonly Rule[] = [
  // Before the error is looked at: an overloaded gateway answers with whatever it has.
  { means: 'not_processed', status: (status) => status === 429 || status === 503 },
  { means: 'grant_rejected', error: ['invalid_grant'] },
  // None of these is the user's doing.
  {
    means: 'client_rejected',
    error: ['invalid_client', 'unauthorized_client', 'unsupported_grant_type', 'invalid_request', 'invalid_scope'],
  },
  { means: 'not_processed', reason: ['refused'], status: below500 },
  { means: 'not_processed', reason: ['redirect'] },
  { means: 'not_processed', status: refusals },
  { means: 'not_processed', notSent: true },
]

/** Classifies every outcome of the token endpoint that is not an answer with tokens. */
export function classifyFailure(outcome: Failure): FailureVerdict {
  const facts = factsOf(outcome)
  const { reason, retryAfterMs } = facts
  switch (RULES.find((rule) => fits(rule, facts))?.means) {
    case 'grant_rejected':
      return { kind: 'grant_rejected' }
    case 'client_rejected':
      return { kind: 'client_rejected', error: reason, retryAfterMs }
    case 'not_processed':
      return { kind: 'not_processed', reason, retryAfterMs }
    default:
      // A 500 or a garbled 200 may follow a rotation that has happened. Without an answer the request may still be under way.
      return { kind: 'outcome_unknown', reason, retryAfterMs, inFlight: outcome.kind === 'no_answer' }
  }
}

interface Facts {
  readonly status: number | undefined
  readonly error: string | undefined
  /** The outcome's own word, for the rules. */
  readonly word: string
  /** For people and logs. */
  readonly reason: string
  readonly notSent: boolean
  readonly retryAfterMs: number | undefined
}

function factsOf(outcome: Failure): Facts {
  switch (outcome.kind) {
    case 'refused': {
      const { status, error, retryAfterMs } = outcome
      return { status, error, word: 'refused', reason: error, notSent: false, retryAfterMs }
    }
    case 'unusable': {
      const { status, reason, retryAfterMs } = outcome
      const shown = reason === 'http_status' ? `http_${status}` : reason
      return { status, error: undefined, word: reason, reason: shown, notSent: false, retryAfterMs }
    }
    case 'no_answer': {
      const { reason, notSent } = outcome
      return { status: undefined, error: undefined, word: reason, reason, notSent, retryAfterMs: undefined }
    }
  }
}

function fits(rule: Rule, { status, error, word, notSent }: Facts): boolean {
  if (rule.status && (status === undefined || !rule.status(status))) return false
  if (rule.error && (error === undefined || !rule.error.includes(error))) return false
  if (rule.reason && !rule.reason.includes(word)) return false
  return rule.notSent === undefined || rule.notSent === notSent
}
