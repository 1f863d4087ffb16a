import type { RandomSource } from '../runtime.js'
import { backoffMs } from './backoff.js'
import type { FailureVerdict } from './classify-failure.js'

/** What is known of how requests of one connection end. Each step makes a new one. */
export interface CircuitState {
  /** Credentials that failed since the last answer that told of a working provider. */
  readonly failing: readonly string[]
  /** How often it opened since then. */
  readonly openings: number
  readonly opening: Opening | undefined
}

/** Why, and until when, no request of the connection leaves. */
export interface Opening {
  readonly reason: string
  /** Epoch milliseconds. From then on one request tries. */
  readonly untilMs: number
  /** The provider refused the application itself: see {@link FailureVerdict}. */
  readonly isClientRejected: boolean
}

export const closedCircuit: CircuitState = { failing: [], openings: 0, opening: undefined }

/** One user's trouble is his own; so many users' is the provider's. */
const FAILING_TO_OPEN = 3

const CLIENT_ERRORS: ReadonlySet<string> = new Set(['invalid_client', 'unauthorized_client', 'unsupported_grant_type'])

/** A wrong client secret mends itself only when somebody mends it: a minute at first, then a quarter of an hour at most. */
export const CLIENT_REJECTED_MS = 60_000
const CLIENT_REJECTED_MAX_MS = 900_000

/** No opening is longer: if one seems so, the wall clock was set back. */
const LONGEST_MS = 4_000_000

/** How long the opening goes on, milliseconds; 0 when it has ended. */
export function openForMs(opening: Opening | undefined, nowMs: number): number {
  const waitMs = (opening?.untilMs ?? 0) - nowMs
  return waitMs > 0 && waitMs < LONGEST_MS ? waitMs : 0
}

/** Whether the failure concerns the application, whoever's token was sent. */
export function concernsApplication(verdict: FailureVerdict): boolean {
  return verdict.kind === 'client_rejected' && CLIENT_ERRORS.has(verdict.error)
}

/** The state after a request. @param verdict - What its failure means; undefined for an answer with tokens. */
export function circuitAfter(
  state: CircuitState,
  verdict: FailureVerdict | undefined,
  facts: { readonly credential: string; readonly nowMs: number; readonly random: RandomSource },
): CircuitState {
  if (!verdict || verdict.kind === 'grant_rejected') return closedCircuit
  const { credential, nowMs, random } = facts
  const failing = [...new Set([...state.failing, credential])].slice(0, FAILING_TO_OPEN)
  // While it is open nothing leaves: what fails then was on its way when it opened, and is no other failure.
  const openMs = openForMs(state.opening, nowMs)
  const openings = openMs > 0 ? state.openings : state.openings + 1
  const open = (reason: string, forMs: number, isClientRejected = false): CircuitState => ({
    failing,
    openings,
    opening: { reason, untilMs: nowMs + forMs, isClientRejected },
  })
  const hasTried = state.opening !== undefined && state.opening.untilMs <= nowMs
  const isCommon = hasTried || failing.length >= FAILING_TO_OPEN
  if (verdict.kind === 'client_rejected') {
    const isKnown = openMs > 0 && state.opening?.isClientRejected
    if (isKnown || (!isCommon && !concernsApplication(verdict))) return { ...state, failing }
    return open(verdict.error, Math.min(CLIENT_REJECTED_MAX_MS, CLIENT_REJECTED_MS * 2 ** Math.min(10, openings - 1)), true)
  }
  // The provider may say meanwhile that it takes longer.
  if (openMs > 0 && openMs >= (verdict.retryAfterMs ?? 0)) return { ...state, failing }
  // The provider says itself how long; all at the same moment would be what it complains about.
  if (verdict.retryAfterMs !== undefined)
    return open(verdict.reason, backoffMs(openings, verdict.retryAfterMs, random) + jitterMs(verdict.retryAfterMs, random))
  return isCommon ? open(verdict.reason, backoffMs(openings + 2, undefined, random)) : { ...state, failing }
}

function jitterMs(retryAfterMs: number, random: RandomSource): number {
  return Math.round((retryAfterMs * (random(1)[0] ?? 0)) / 2_560)
}
