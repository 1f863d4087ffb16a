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
 * - **Repeats**: a write whose acknowledgement was lost may be sent again with the same attempt id, and then reports the success it had.
 */
export interface VaultStore {
  /** What this store can promise. The vault refuses a configuration that needs more. */
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

/** A page of a listing. `cursor` is absent on the last page; it is opaque, and good for the same query only. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly cursor?: string
}

/** What must happen together with a write: the store makes all of it atomic. */
export interface Companions {
  readonly outbox?: readonly NewOutboxJob[]
  readonly audit?: readonly NewAuditEntry[]
}

// --- Credentials ---------------------------------------------------------------------------------------------------

export interface CredentialKey {
  readonly tenant: string
  readonly connectionId: string
  readonly userId: string
  readonly accountId: string
}

/** `disconnected` rows are tombstones: they keep the epoch growing, and hold no secret. */
export type CredentialStatus = 'active' | 'quarantined' | 'reauthorization_required' | 'disconnected'

/** What a write may change. */
export interface CredentialContent {
  /** Generation of the grant: moves on with each consent and each disconnect. */
  readonly epoch: number
  /** Moves on whenever a sealed value changes. Bound into the seal. */
  readonly secretRev: number
  readonly status: CredentialStatus
  /** Sealed. */
  readonly accessToken: Uint8Array | null
  /** Sealed. */
  readonly refreshToken: Uint8Array | null
  /** Keyed fingerprint of the refresh token in this row, 16 bytes. */
  readonly refreshTokenFingerprint: Uint8Array | null
  /** When the access token expires, epoch milliseconds; null when unknown. */
  readonly expiresAtMs: number | null
  /** When a worker should look at this row, epoch milliseconds; null for never. Indexed. */
  readonly dueAtMs: number | null
  /** Everything else, as JSON text that only the vault reads. */
  readonly data: string
}

/** A refresh that somebody means to send (`claimed`) or may have sent (`sent`). Written before the request leaves. */
export interface RefreshIntent {
  readonly attemptId: string
  readonly state: 'claimed' | 'sent'
  /** Store time of `markSent`; null while claimed. */
  readonly sentAtMs: number | null
}

/** The right to refresh one credential, until a moment of the store's clock. */
export interface Lease {
  readonly owner: string
  readonly untilMs: number
}

export interface CredentialRow extends CredentialKey, CredentialContent {
  /** 1 at insert, one more with each `update`. Leases and due times leave it alone. */
  readonly version: number
  /** Attempt id of the last insert or update. */
  readonly lastAttemptId: string
  /** Counts claims; only grows. */
  readonly fence: number
  readonly lease: Lease | null
  readonly intent: RefreshIntent | null
  /** Requests marked sent for this grant whose outcome nobody recorded: counted by `claim`, cleared by `update` with `release`. */
  readonly unresolvedSends: number
  /** Store time. */
  readonly createdAtMs: number
  /** Store time of the last insert or update. */
  readonly updatedAtMs: number
}

export interface NewCredential extends CredentialKey, CredentialContent {
  readonly attemptId: string
}

/** Every condition that is given must hold; at least one must be given. */
export interface CredentialExpectation {
  readonly version?: number
  readonly epoch?: number
  readonly fence?: number
  readonly refreshTokenFingerprint?: Uint8Array
}

export interface CredentialUpdate {
  readonly key: CredentialKey
  readonly attemptId: string
  readonly expect: CredentialExpectation
  readonly set: Partial<CredentialContent>
  /** In the same write: if owner and fence still hold the lease, end it and clear intent and `unresolvedSends`. */
  readonly release?: LeaseHolder
  readonly also?: Companions
}

export interface LeaseHolder {
  readonly owner: string
  readonly fence: number
}

export interface ClaimRequest {
  readonly key: CredentialKey
  readonly owner: string
  readonly attemptId: string
  readonly leaseMs: number
  /** The version the caller decided upon; another one means that the row moved on: `changed`. */
  readonly expectVersion: number
  /** A `sent` intent whose lease ran out may be taken over once so many milliseconds have passed since it was sent. */
  readonly takeOverSentAfterMs: number
}

export type InsertResult = { readonly outcome: 'inserted' | 'exists'; readonly row: CredentialRow }

export type UpdateResult = { readonly outcome: 'updated' | 'conflict'; readonly row: CredentialRow } | { readonly outcome: 'missing' }

/**
 * `claimed`: the lease is the caller's, under `row.fence`. `busy`: another holds it, or a sent intent is too young to
 * take over. `changed`: the version moved on. `row` is the newest in each case.
 */
export type ClaimResult =
  | { readonly outcome: 'claimed' | 'busy' | 'changed'; readonly row: CredentialRow }
  | { readonly outcome: 'missing' }

export interface CredentialQuery {
  readonly tenant: string
  readonly userId?: string
  readonly connectionId?: string
  readonly status?: CredentialStatus
  readonly cursor?: string
  /** 1 to 1,000. */
  readonly limit: number
}

export interface DueQuery {
  readonly tenant: string
  readonly dueBeforeMs: number
  readonly limit: number
  /** Moves the due time of each row returned to this moment in the same step, so that no other caller gets it too. */
  readonly postponeToMs?: number
}

export interface CredentialStore {
  get(key: CredentialKey): Promise<CredentialRow | null>
  /** In the order of `keys`; null for each that is not there. */
  getMany(keys: readonly CredentialKey[]): Promise<readonly (CredentialRow | null)[]>
  /** Version 1, fence 0, no lease. `exists` with the row that is there; `inserted` if that row is this very attempt's. */
  insert(credential: NewCredential, also?: Companions): Promise<InsertResult>
  /** Compare-and-swap. `updated` also when `lastAttemptId` is already this attempt's: then nothing is written again. */
  update(change: CredentialUpdate): Promise<UpdateResult>
  /** Removes the row if it has this version. */
  delete(key: CredentialKey, expectVersion: number): Promise<'deleted' | 'conflict' | 'missing'>
  /**
   * Ordered by user, connection, account (any fixed total order). A row that stays throughout a listing is returned
   * exactly once, whatever comes and goes meanwhile.
   */
  list(query: CredentialQuery): Promise<Page<CredentialRow>>
  /** Rows with `dueAtMs` at or before `dueBeforeMs`, earliest first. */
  due(query: DueQuery): Promise<readonly CredentialRow[]>
  /**
   * In one step: if the version is as expected and no live lease and no young `sent` intent stand in the way, the fence
   * grows by one, owner, lease and a `claimed` intent are written, and a `sent` intent that is taken over is counted in
   * `unresolvedSends`. A repeat by the same attempt while it holds the lease is `claimed` again under the same fence.
   */
  claim(request: ClaimRequest): Promise<ClaimResult>
  /** Turns the intent into `sent` at store time if owner and fence hold a lease that is still live. The last write before the request. */
  markSent(key: CredentialKey, holder: LeaseHolder): Promise<boolean>
  /** Sets the lease's end to now + `leaseMs` if owner and fence still hold it, even if it ran out and nobody took over. */
  renew(key: CredentialKey, holder: LeaseHolder, leaseMs: number): Promise<boolean>
  /** Ends the lease if owner and fence hold it. The intent is cleared too unless `keepIntent` (outcome unknown). */
  release(key: CredentialKey, holder: LeaseHolder, options?: { readonly keepIntent?: boolean }): Promise<boolean>
}

// --- Documents -----------------------------------------------------------------------------------------------------

/** Versioned JSON by tenant, kind and id: connections, service clients, access records, roles, wrapped data keys, … */
export interface DocumentKey {
  readonly tenant: string
  readonly kind: string
  readonly id: string
}

export interface DocumentRow extends DocumentKey {
  /** 1 when first put, one more with each put. */
  readonly version: number
  /** JSON text that only the vault reads; what is secret in it is sealed. */
  readonly data: string
  /** Store time. */
  readonly updatedAtMs: number
}

export interface DocumentPut extends DocumentKey {
  readonly data: string
  /** `absent`, or the version that is to be replaced. */
  readonly expect: 'absent' | number
  readonly attemptId: string
  readonly also?: Companions
}

export type PutResult =
  | { readonly outcome: 'stored'; readonly version: number }
  | { readonly outcome: 'conflict'; readonly current: DocumentRow | null }

export interface DocumentStore {
  get(key: DocumentKey): Promise<DocumentRow | null>
  put(put: DocumentPut): Promise<PutResult>
  delete(key: DocumentKey, expectVersion: number): Promise<'deleted' | 'conflict' | 'missing'>
  /** Same promise as {@link CredentialStore.list}, ordered by id in some fixed total order. */
  list(query: {
    readonly tenant: string
    readonly kind: string
    readonly cursor?: string
    readonly limit: number
  }): Promise<Page<DocumentRow>>
}

// --- Tickets -------------------------------------------------------------------------------------------------------

/** Something to be redeemed once: an authorization flow, a one-time code, a replay guard. */
export interface TicketKey {
  readonly tenant: string
  readonly kind: string
  readonly id: string
}

export interface TicketStore {
  /** Keeps `data` for `ttlMs` of the store's clock. `exists` when a live ticket has this key. */
  create(ticket: TicketKey & { readonly data: Uint8Array; readonly ttlMs: number }): Promise<'created' | 'exists'>
  /** Removes the ticket and returns its data to exactly one caller; null when there is none or it has expired. */
  take(key: TicketKey): Promise<Uint8Array | null>
  /** Removes up to `limit` expired tickets; tells how many. */
  purge(limit: number): Promise<number>
}

// --- Outbox --------------------------------------------------------------------------------------------------------

/** Work to be done at least once after a write: revocations, webhooks. */
export interface NewOutboxJob {
  readonly tenant: string
  readonly id: string
  readonly topic: string
  /** Sealed. */
  readonly data: Uint8Array
}

export interface OutboxJob extends NewOutboxJob {
  /** How often it was leased, this time included; also the fence of this lease. */
  readonly attempt: number
}

export interface OutboxStore {
  /** Adds jobs; one whose tenant and id are there already is left as it is. */
  add(jobs: readonly NewOutboxJob[]): Promise<void>
  /** Hands each available job to one caller for `leaseMs`, oldest first. */
  lease(query: {
    readonly tenant: string
    readonly topics: readonly string[]
    readonly limit: number
    readonly leaseMs: number
  }): Promise<readonly OutboxJob[]>
  /** Removes the job if this attempt still holds it. */
  complete(job: { readonly tenant: string; readonly id: string; readonly attempt: number }): Promise<boolean>
  /** Makes the job available again after `delayMs` if this attempt still holds it. */
  retry(job: { readonly tenant: string; readonly id: string; readonly attempt: number; readonly delayMs: number }): Promise<boolean>
}

// --- Audit ---------------------------------------------------------------------------------------------------------

export interface NewAuditEntry {
  readonly tenant: string
  readonly id: string
  /** JSON text. Never a secret. */
  readonly data: string
}

export interface AuditEntry extends NewAuditEntry {
  /** Position in the tenant's log; only grows. */
  readonly sequence: number
  /** Store time. */
  readonly atMs: number
}

export interface AuditStore {
  append(entries: readonly NewAuditEntry[]): Promise<void>
  /** Oldest first, after `afterSequence`. */
  list(query: { readonly tenant: string; readonly afterSequence?: number; readonly limit: number }): Promise<readonly AuditEntry[]>
}
