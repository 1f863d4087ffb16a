import { accountIdOf, subjectOf } from '../credentials/accounts.js'
import type { Note } from '../instrumentation.js'
import type { Connection } from '../model/connection.js'
import type { CredentialKey, CredentialRow, LeaseHolder } from '../storage/contract.js'
import type { RefreshContext } from './context.js'
import type { LeaseKeeper } from './lease-keeper.js'
import type { RefreshTiming } from './profile.js'
import type { Permit } from './rate/rate-window.js'
import type { UnwrittenPlace } from './unwritten-grants.js'

/** A refresh that is to be made: of which credential, and by whom it was seen to be needed. */
export interface WantedRefresh {
  readonly context: RefreshContext
  readonly connection: Connection
  readonly key: CredentialKey
  /** The row on which the caller decided. */
  readonly seen: CredentialRow
  /** Of a refresh that nobody waits for: its turn in the connection's rate. */
  readonly permit: Permit | undefined
  /** Told how it came out. */
  readonly note: Note
  /** Hands over work that goes on after the callers have their token. */
  readonly inBackground: (work: Promise<void>) => void
}

/** One claim's work: the row as claimed, and all that is needed to send and to write back. */
export interface Attempt extends Omit<WantedRefresh, 'seen'> {
  readonly row: CredentialRow
  readonly attemptId: string
  readonly timing: RefreshTiming
  /** Whether the lease surely still holds: see {@link LeaseKeeper}. */
  readonly isLeaseHeld: () => boolean
  /** Where its token is kept while the store does not take it. */
  readonly place: UnwrittenPlace
}

/** Who holds the lease of this attempt. */
export function holderOf(attempt: Pick<Attempt, 'context' | 'row'>): LeaseHolder {
  return { owner: attempt.context.owner, fence: attempt.row.fence }
}

/** Whose credential it is, as callers name the account: for what is told of this attempt. */
export function ownerOf({ key, row }: Pick<Attempt, 'key' | 'row'>): CredentialKey {
  return { ...key, accountId: accountIdOf(row, { subject: subjectOf(row) }) }
}
