import type { CredentialData } from '../credentials/credential-data.js'
import { assessFreshness, DEFAULT_VALIDITY_MS, type ExpiryNeed, refreshAheadAtMs } from '../expiry/policy.js'
import type { Connection } from '../model/connection.js'
import type { RandomSource } from '../runtime.js'
import type { CredentialStatus } from '../storage/contract.js'
import { unitInterval } from './backoff.js'

/** What of a row decides when somebody should look at it. */
export interface DueFacts {
  readonly status: CredentialStatus
  readonly expiresAtMs: number | null
  readonly hasRefreshToken: boolean
}

/** What else decides. */
export interface DueTerms {
  readonly random: RandomSource
  /** Whether tokens of connections that do not say are refreshed ahead. */
  readonly aheadByDefault: boolean
}

/** A refresh token that would end unused is used after this share of its life: a day and a half before the end of a week. */
const KEEP_ALIVE_SHARE = 0.8
/** Too late to put off the end of a refresh token that keeps its date whatever is done. */
const KEEP_ALIVE_LEAST_MS = 3_600_000
/** How long before its end a refresh token that no refresh puts off is announced: time to reach the user. */
const WARN_MS = 3 * 86_400_000

/** When the sweeper should look at a row that nobody works on, epoch milliseconds; null for never. */
export function nextDueAtMs(row: DueFacts, data: CredentialData, connection: Connection, terms: DueTerms): number | null {
  if (!row.hasRefreshToken || row.status === 'disconnected' || row.status === 'reauthorization_required') return null
  // Whether the grant lives is to be known without waiting for somebody who asks.
  if (data.outcomeUnknown) return data.retryAtMs ?? 0
  const spread = unitInterval(terms.random)
  const aheadAtMs = isRefreshedAhead(connection, terms) ? refreshAheadOf(row, data, connection, spread) : undefined
  const times = [aheadAtMs, keepAliveAtMs(data, connection, spread)].filter((time) => time !== undefined)
  return times.length === 0 ? null : Math.max(Math.min(...times), data.retryAtMs ?? 0)
}

/** Whether a row that nobody works on is to be refreshed though nobody asks. */
export function isDueNow(
  row: DueFacts,
  data: CredentialData,
  connection: Connection,
  terms: Pick<DueTerms, 'aheadByDefault'>,
  nowMs: number,
): boolean {
  if (!row.hasRefreshToken || row.status === 'disconnected' || row.status === 'reauthorization_required') return false
  if (data.outcomeUnknown) return true
  if (isRefreshedAhead(connection, terms) && row.expiresAtMs !== null) {
    const token = { issuedAtMs: data.issuedAtMs, expiresAtMs: row.expiresAtMs, hasRefreshToken: true }
    if (assessFreshness(token, nowMs, needOf(connection)) !== 'fresh') return true
  }
  const aliveAtMs = keepAliveAtMs(data, connection, 0)
  return aliveAtMs !== undefined && aliveAtMs <= nowMs
}

/** The end of the refresh token, if it is near and was not announced. The refresh that this is asked after did not put it off. */
export function endToAnnounceMs({ refreshTokenExpiresAtMs: endMs, warnedOfEndMs }: CredentialData, nowMs: number): number | undefined {
  return endMs !== null && endMs !== warnedOfEndMs && endMs - nowMs <= WARN_MS ? endMs : undefined
}

/** The latest moment at which a token that is refreshed ahead should be; undefined when it has no end. */
export function latestAheadAtMs(row: Pick<DueFacts, 'expiresAtMs'>, data: CredentialData, connection: Connection): number | undefined {
  return refreshAheadOf(row, data, connection, 1)
}

/** Whether tokens of this connection are refreshed though nobody asks for them. */
export function isRefreshedAhead({ refreshAhead }: Connection, { aheadByDefault }: Pick<DueTerms, 'aheadByDefault'>): boolean {
  return refreshAhead ?? aheadByDefault
}

function refreshAheadOf(
  { expiresAtMs }: Pick<DueFacts, 'expiresAtMs'>,
  { issuedAtMs }: CredentialData,
  connection: Connection,
  spread: number,
): number | undefined {
  return expiresAtMs === null ? undefined : refreshAheadAtMs({ issuedAtMs, expiresAtMs }, needOf(connection), spread)
}

function keepAliveAtMs(data: CredentialData, connection: Connection, spread: number): number | undefined {
  const usedAtMs = data.lastRefreshedAtMs ?? data.connectedAtMs
  const idleS = connection.refreshTokenIdleLifetimeS
  const ends = [data.refreshTokenExpiresAtMs, idleS === undefined ? null : usedAtMs + idleS * 1000].filter((end) => end !== null)
  if (ends.length === 0) return undefined
  const lifeMs = Math.min(...ends) - usedAtMs
  return lifeMs < KEEP_ALIVE_LEAST_MS ? undefined : Math.ceil(usedAtMs + lifeMs * KEEP_ALIVE_SHARE * (0.9 + 0.1 * spread))
}

function needOf({ minValidityMs }: Connection): ExpiryNeed {
  return { requiredValidityMs: undefined, defaultValidityMs: minValidityMs ?? DEFAULT_VALIDITY_MS }
}
