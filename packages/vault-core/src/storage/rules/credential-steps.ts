import type {
  CredentialExpectation,
  CredentialRow,
  CredentialUpdate,
  InsertResult,
  LeaseHolder,
  NewCredential,
  UpdateResult,
} from '../credential-store.js'

/**
 * What one operation does to one row, as a pure function: what it returns, and the row to write, if it writes. These are
 * the contract's rules in code. A store that can read and write a row in one atomic step needs nothing else; the tests
 * of all stores compare with them.
 */
export interface CredentialStep<Result> {
  readonly result: Result
  /** The row as it has to be kept now; absent when nothing changes. */
  readonly write?: CredentialRow
}

/** @param existing - The row under this key, if there is one. */
export function insertStep(existing: CredentialRow | undefined, credential: NewCredential, nowMs: number): CredentialStep<InsertResult> {
  const { attemptId, ...content } = credential
  if (existing) return { result: { outcome: existing.lastAttemptId === attemptId ? 'inserted' : 'exists', row: existing } }
  const row: CredentialRow = {
    ...content,
    version: 1,
    lastAttemptId: attemptId,
    fence: 0,
    lease: null,
    intent: null,
    unresolvedSends: 0,
    createdAtMs: nowMs,
    lastUsedAtMs: null,
    updatedAtMs: nowMs,
  }
  return { result: { outcome: 'inserted', row }, write: row }
}

export function updateStep(
  row: CredentialRow | undefined,
  { attemptId, expect, set, release }: Omit<CredentialUpdate, 'key' | 'also'>,
  nowMs: number,
): CredentialStep<UpdateResult> {
  if (!row) return { result: { outcome: 'missing' } }
  if (row.lastAttemptId === attemptId) return { result: { outcome: 'updated', row } }
  if (!isAsExpected(row, expect)) return { result: { outcome: 'conflict', row } }
  const next: CredentialRow = {
    ...row,
    ...set,
    ...(release && holdsLease(row, release) && { lease: null, intent: null, unresolvedSends: 0 }),
    version: row.version + 1,
    lastAttemptId: attemptId,
    updatedAtMs: nowMs,
  }
  return { result: { outcome: 'updated', row: next }, write: next }
}

/** Never back: uses are told late, and in any order. */
export function touchStep(row: CredentialRow | undefined, atMs: number): CredentialStep<void> {
  if (!row || (row.lastUsedAtMs !== null && row.lastUsedAtMs >= atMs)) return { result: undefined }
  return { result: undefined, write: { ...row, lastUsedAtMs: atMs } }
}

/** Whether the lease of this row is this holder's, by owner and fence, live or not. */
export function holdsLease(row: CredentialRow, { owner, fence }: LeaseHolder): boolean {
  return row.lease?.owner === owner && row.fence === fence
}

function isAsExpected(row: CredentialRow, { version, epoch, fence, refreshTokenFingerprint: fingerprint }: CredentialExpectation): boolean {
  if (version !== undefined && row.version !== version) return false
  if (epoch !== undefined && row.epoch !== epoch) return false
  if (fence !== undefined && row.fence !== fence) return false
  if (fingerprint === undefined) return true
  const own = row.refreshTokenFingerprint
  return own !== null && own.length === fingerprint.length && own.every((byte, index) => byte === fingerprint[index])
}
