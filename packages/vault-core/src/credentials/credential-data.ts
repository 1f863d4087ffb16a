import { VaultError } from '../errors.js'
import type { TokenSource } from '../oauth/grant.js'
import type { CredentialRow } from '../storage/contract.js'

/** What a credential's row says beside the columns that stores query by: the JSON in `data`. No secret in it. Times are epoch milliseconds. */
export interface CredentialData {
  readonly v: 1
  readonly tokenType: string
  readonly scope: string | null
  /** When the request that brought the access token was begun. */
  readonly issuedAtMs: number
  readonly connectedAtMs: number
  readonly lastRefreshedAtMs: number | null
  readonly refreshTokenExpiresAtMs: number | null
  /** The account at the provider (`sub`), when it said so. */
  readonly subject: string | null
  /** The credential of another connection whose token is exchanged for those of this one. Only such have one. */
  readonly madeOf?: TokenSource | null
  /** By which its user knows the account, sealed: see `sealed-label.ts`. Rows of earlier versions have none. */
  readonly sealedLabel?: string | null
  /** What the provider said of the grant beside its tokens, sealed: see `sealed-properties.ts`. Rows of earlier versions have none. */
  readonly sealedProperties?: string | null
  /** The key that its tokens are bound to, sealed: see `sealed-dpop-key.ts`. Most have none. */
  readonly sealedDpopKey?: string | null
  /** Since when the status is what it is. Rows of earlier versions do not say. */
  readonly statusSinceMs?: number
  /** Why the status is what it is, as a stable word. */
  readonly reason: string | null
  /** Failed refreshes since the last good one. */
  readonly failures: number
  /** No refresh before this moment. */
  readonly retryAtMs: number | null
  /** A request was sent whose outcome nobody knows: the provider may have rotated the refresh token. */
  readonly outcomeUnknown: boolean
  /**
   * When a refresh token of this grant may have reached the provider twice, as a request got lost before the last good answer, or not
   * long before that: the provider may hold it against the grant. Null when nothing is known against it.
   */
  readonly sentTwiceAtMs: number | null
  /** The end of the refresh token that was announced already. */
  readonly warnedOfEndMs: number | null
  /** The last answer that counted; null after a consent. */
  readonly answer: AnswerMark | null
  /** The fence of the claim under which the access token in this row was asked for; 0 for a consent's. Of two of one epoch the higher is the newer. */
  readonly tokenFence: number
}

/** Which of several answers to one refresh token an answer is. */
export interface AnswerMark {
  /** Fingerprint of the refresh token that was spent for it, base64url. */
  readonly spent: string
  /** The fence of the claim under which it was asked for. */
  readonly fence: number
}

/** Reads the data of a row. @throws {VaultError} `decryption_failed` when it is damaged. */
export function readCredentialData(row: CredentialRow): CredentialData {
  const known = readBefore.get(row)
  if (known?.text === row.data) return known.data
  try {
    const data: unknown = JSON.parse(row.data)
    if (typeof data === 'object' && data !== null && 'v' in data && data.v === 1) {
      readBefore.set(row, { text: row.data, data: data as CredentialData })
      return data as CredentialData
    }
  } catch {
    // Told below, without the content.
  }
  throw new VaultError(
    'decryption_failed',
    `The credential of user "${row.userId}" on connection "${row.connectionId}" has damaged metadata. Restore the row, or let the user connect again.`,
    { connectionId: row.connectionId, userId: row.userId },
  )
}

/** A refresh asks for the data of one row again and again. */
const readBefore = new WeakMap<CredentialRow, { readonly text: string; readonly data: CredentialData }>()

/** The JSON text for a row's `data`. */
export function writeCredentialData(data: CredentialData): string {
  return JSON.stringify(data)
}
