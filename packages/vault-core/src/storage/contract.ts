import type { AuditStore } from './audit-store.js'
import type { CredentialStore } from './credential-store.js'
import type { DocumentStore } from './document-store.js'
import type { OutboxStore } from './outbox-store.js'
import type { TicketStore } from './ticket-store.js'

export type * from './audit-store.js'
export type * from './companions.js'
export type * from './credential-store.js'
export type * from './document-store.js'
export type * from './outbox-store.js'
export type * from './page.js'
export type * from './ticket-store.js'

/**
 * The store contract: what a vault needs of a place to keep things. A store never sees a token: what is secret comes
 * to it sealed. `@holdfast/vault-store-testing` states every rule below as a test.
 *
 * Rules that hold for every method:
 * - **Keys** are opaque strings of 1 to 255 UTF-16 code units of any script, well-formed, without NUL. They are compared
 *   exactly: case, trailing spaces and Unicode form count. Any other key is refused with `invalid_request`.
 * - **Atomic**: one call happens wholly or not at all, and what it reports is what happened, also between processes.
 *   Reads see every write that was acknowledged before they began (linearizable; no stale replica).
 * - **Bytes and text** come back exactly as they were given, and as copies: changing one changes nothing in the store.
 * - **Failure**: a store that cannot do its work throws `store_unavailable` with the cause; after `close` every method does.
 * - **Time** for leases, tickets and jobs is the store's clock alone ({@link VaultStore.now}); no host's clock is compared with it.
 * - **Repeats**: a write whose acknowledgement was lost may be sent again with the same attempt id, and then reports the
 *   success it had, as long as nobody wrote after it; else it is a conflict, with the row as it is now.
 * - **Sizes**: a value, bytes or text in UTF-8, has 1 MiB at most (`MAX_STORE_VALUE_BYTES`); text is well-formed Unicode
 *   without NUL. Times and durations are whole milliseconds, 0 or more. Anything else is refused with `invalid_request`.
 * - **Listings** have one total order, and a cursor is a place in it: a row that stays while pages are read is met exactly
 *   once, however many come and go meanwhile; one that comes or goes may be met or not.
 * - **Versions and fences** are whole numbers that only grow: a version counts the writes of a row, a fence its claims.
 */
export interface VaultStore {
  /** What this store can promise: for whoever decides where to run it. */
  readonly capabilities: StoreCapabilities
  readonly credentials: CredentialStore
  readonly documents: DocumentStore
  readonly tickets: TicketStore
  readonly outbox: OutboxStore
  readonly audit: AuditStore
  /** The store's clock, epoch milliseconds. */
  now(): Promise<number>
  /** Ends use. Calls under way finish or throw `store_unavailable`. Closing twice is harmless. */
  close(): Promise<void>
}

export interface StoreCapabilities {
  /** What was acknowledged survives the end of the process. */
  readonly durable: boolean
  /** Several processes may share it. */
  readonly crossProcess: boolean
}
