import { accountIdOf } from '../credentials/accounts.js'
import { type AnswerMark, type CredentialData, readCredentialData } from '../credentials/credential-data.js'
import { toBase64url } from '../crypto/base64.js'
import { scopeOfGrant } from '../model/connection-grant.js'
import type { TokenResponse } from '../oauth/token-response.js'
import type { Secret } from '../secret.js'
import type { CredentialRow } from '../storage/contract.js'
import type { AccessGrant } from './access-grant.js'
import type { Attempt } from './attempt.js'
import { backoffMs } from './backoff.js'
import { endToAnnounceMs } from './due.js'

/** What the provider sent, and for which refresh token. */
export interface RefreshAnswer {
  readonly response: TokenResponse
  /** The refresh token that was sent. */
  readonly spent: Secret
  /** When the request was begun, epoch milliseconds: lifetimes count from here. */
  readonly startedAtMs: number
  /** A request before this one may have reached the provider with the same refresh token. */
  readonly isSentTwice: boolean
  /** What the credential's `sealedProperties` are from now on. Default: what they were. */
  readonly sealedProperties?: string | null
}

/** The reason when a token had ended by the time that it came. */
export const EXPIRED_ON_ARRIVAL = 'expired_on_arrival'

export interface NextState {
  readonly data: CredentialData
  /** The access token that the row holds from now on. */
  readonly stored: AccessGrant | undefined
  /** The one that came. Undefined when the access token cannot be handed out: the credential goes into quarantine. */
  readonly grant: AccessGrant | undefined
}

/** What the credential is after this answer. Whatever is wrong with the answer, its refresh token counts. */
export function nextState({ row, context, connection }: Attempt, answer: RefreshAnswer): NextState {
  const { response, startedAtMs, isSentTwice } = answer
  const { clock, random } = context.runtime
  const before = readCredentialData(row)
  const isUsable = response.accessToken !== undefined && !response.problems.some(({ fatal }) => fatal)
  const lifetimeS = response.expiresInS ?? connection.defaultLifetimeS
  const expiresAtMs = lifetimeS === undefined ? null : startedAtMs + lifetimeS * 1000
  // A token that had no life when it was made is no use to anybody, and must not be asked for again and again.
  const isStillborn = lifetimeS !== undefined && lifetimeS <= 0
  const isGood = isUsable && !isStillborn
  const failures = isGood ? 0 : before.failures + 1
  const refreshed: CredentialData = {
    ...before,
    // Absent it means Bearer, whatever was said of a token before that could not be used.
    tokenType: isUsable ? (response.tokenType ?? 'Bearer') : before.tokenType,
    // RFC 6749, section 5.1: an absent scope means the one that was asked for.
    scope: response.scope ?? scopeOfGrant(connection.grant) ?? before.scope,
    ...(answer.sealedProperties !== undefined && { sealedProperties: answer.sealedProperties }),
    issuedAtMs: startedAtMs,
    lastRefreshedAtMs: clock.now(),
    refreshTokenExpiresAtMs:
      response.refreshTokenExpiresInS === undefined ? before.refreshTokenExpiresAtMs : startedAtMs + response.refreshTokenExpiresInS * 1000,
    ...((isUsable ? 'active' : 'quarantined') !== row.status && { statusSinceMs: clock.now() }),
    reason: isGood ? null : isUsable ? EXPIRED_ON_ARRIVAL : 'quarantined',
    failures,
    retryAtMs: isGood ? null : clock.now() + backoffMs(failures, undefined, random),
    outcomeUnknown: false,
    sentTwiceAtMs: isSentTwice ? clock.now() : stillInDoubt(before.sentTwiceAtMs, clock.now()),
    answer: answerMark(row),
    tokenFence: isUsable ? row.fence : before.tokenFence,
  }
  const data = { ...refreshed, warnedOfEndMs: endToAnnounceMs(refreshed, clock.now()) ?? before.warnedOfEndMs }
  const { tokenType, scope, sealedProperties = null, sealedDpopKey = null } = data
  const grant =
    isUsable && response.accessToken
      ? {
          accessToken: response.accessToken,
          accountId: accountIdOf(row, data),
          tokenType,
          scope,
          issuedAtMs: startedAtMs,
          expiresAtMs,
          accountKey: row.accountId,
          sealedProperties,
          sealedDpopKey,
          epoch: row.epoch,
          tokenFence: row.fence,
        }
      : undefined
  return { data, stored: grant, grant }
}

/** A request that was given up may reach the provider as late as this. */
const LATE_REQUEST_MS = 600_000

/** A good answer ends the doubt, but for requests that may still be under way. */
function stillInDoubt(sentTwiceAtMs: number | null, nowMs: number): number | null {
  return sentTwiceAtMs !== null && nowMs - sentTwiceAtMs < LATE_REQUEST_MS ? sentTwiceAtMs : null
}

function answerMark({ refreshTokenFingerprint, fence }: CredentialRow): AnswerMark | null {
  return refreshTokenFingerprint && { spent: toBase64url(refreshTokenFingerprint), fence }
}

/**
 * Whether an answer to this attempt is newer than what the row holds by now. A provider that forgives a second use of a refresh token
 * may have answered both; the one that was asked for under the later claim counts.
 */
export function isNewerThan({ row }: Attempt, stored: CredentialRow): boolean {
  if (stored.epoch !== row.epoch || stored.status === 'disconnected') return false
  const own = answerMark(row)
  const { answer } = readCredentialData(stored)
  return own !== null && answer?.spent === own.spent && answer.fence < own.fence
}

/**
 * Whether the access token that this attempt brings is newer than the one in this row, whenever the row was read. The row of a user who
 * was forgotten, and came back, is another.
 */
export function isNewsTo({ row }: Pick<Attempt, 'row'>, stored: CredentialRow): boolean {
  if (stored.createdAtMs !== row.createdAtMs || stored.epoch > row.epoch || stored.status === 'disconnected') return false
  return stored.epoch < row.epoch || readCredentialData(stored).tokenFence < row.fence
}

/** The new token is no use, and the old one lives: it is served on until it ends. */
export function withOldToken(next: NextState, old: AccessGrant, { tokenFence }: CredentialData): NextState {
  const { tokenType, scope, issuedAtMs } = old
  return { ...next, stored: old, data: { ...next.data, tokenType, scope, issuedAtMs, tokenFence } }
}
