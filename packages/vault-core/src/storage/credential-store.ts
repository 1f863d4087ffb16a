import type { Companions } from './companions.js'
import type { Page } from './page.js'

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
  /** When a worker should look at this row, epoch milliseconds; null for never. Indexed. `claim` and `renew` move it. */
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
  /** When it was last handed out, as `touch` was told; null for never. */
  readonly lastUsedAtMs: number | null
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
  /** True: only rows with a refresh token; false: only rows without. */
  readonly hasRefreshToken?: boolean
  readonly cursor?: string
  /** 1 to 1,000. */
  readonly limit: number
}

export interface DueQuery {
  readonly tenant: string
  readonly dueBeforeMs: number
  readonly limit: number
  /** Rows of these connections are passed over: up to 1,000. */
  readonly excludeConnectionIds?: readonly string[]
  /** Moves the due time of each row returned to this moment in the same step, so that no other caller gets it too. */
  readonly postponeToMs?: number
}

/** How many rows have this status, and a refresh token or none. */
export interface CredentialCount {
  readonly status: CredentialStatus
  readonly hasRefreshToken: boolean
  /** 1 or more. */
  readonly count: number
}

/** Which credentials were used, and when. */
export interface CredentialUse {
  /** Up to 1,000. Those that are not there are passed over. */
  readonly keys: readonly CredentialKey[]
  /** Epoch milliseconds, by the caller's clock. */
  readonly atMs: number
}

export interface CredentialStore {
  /**
   * @param options.copy - False: the caller changes no byte of what it gets, and a store may hand out what it holds itself. Default true: what
   * is handed out is the caller's own.
   */
  get(key: CredentialKey, options?: { readonly copy?: boolean }): Promise<CredentialRow | null>
  /** Up to 1,000 in one round trip, in the order of `keys`; null for each that is not there. */
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
  /** Moves `lastUsedAtMs` on to `atMs`, never back, and changes nothing else: version, attempt and `updatedAtMs` stay. */
  touch(use: CredentialUse): Promise<void>
  /** How many rows the tenant has, tombstones included, in no order. For metrics: it may read all of them. */
  counts(query: { readonly tenant: string }): Promise<readonly CredentialCount[]>
  /**
   * In one step: if the version is as expected and no live lease and no young `sent` intent stand in the way, the fence
   * grows by one, owner, lease and a `claimed` intent are written, and a `sent` intent that is taken over is counted in
   * `unresolvedSends`. The due time moves to the end of the lease, so that whoever works through what is due finds a row
   * whose holder died. A repeat by the same attempt while it holds the lease is `claimed` again under the same fence.
   */
  claim(request: ClaimRequest): Promise<ClaimResult>
  /** Turns the intent into `sent` at store time if owner and fence hold a lease that is still live. The last write before the request. */
  markSent(key: CredentialKey, holder: LeaseHolder): Promise<boolean>
  /** Sets the lease's end, and the due time, to now + `leaseMs` if owner and fence still hold it, even if it ran out and nobody took over. */
  renew(key: CredentialKey, holder: LeaseHolder, leaseMs: number): Promise<boolean>
  /** Ends the lease if owner and fence hold it. The intent is cleared too unless `keepIntent` (outcome unknown). */
  release(key: CredentialKey, holder: LeaseHolder, options?: { readonly keepIntent?: boolean }): Promise<boolean>
}
