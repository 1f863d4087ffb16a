import { VaultError } from '../../errors.js'
import type { NewAuditEntry } from '../audit-store.js'
import type { Companions } from '../companions.js'
import type { CredentialContent, CredentialExpectation, CredentialKey, CredentialUse, DueQuery } from '../credential-store.js'
import type { NewOutboxJob } from '../outbox-store.js'
import { assertStoreKey, assertStoreKeys } from './store-key.js'

/** Longest page of a listing. */
export const MAX_PAGE_LIMIT = 1_000

/** Most bytes of one value: sealed bytes as they are, text in UTF-8. Every store has to take so many. */
export const MAX_STORE_VALUE_BYTES = 1_048_576

/** Most keys that one `getMany` reads or one `touch` writes, and most connections that `due` passes over. */
export const MAX_GET_MANY = 1_000

/** For stores: refuses a limit that the contract does not allow. @throws {VaultError} `invalid_request`. */
export function assertPageLimit(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_PAGE_LIMIT) return
  throw refused('limit', `must be a whole number from 1 to ${MAX_PAGE_LIMIT.toLocaleString('en')}`)
}

/** For stores: refuses more keys at once than the contract allows. @throws {VaultError} `invalid_request`. */
export function assertKeyCount(count: number, name = 'keys'): void {
  if (count > MAX_GET_MANY) throw refused(name, `must be at most ${MAX_GET_MANY.toLocaleString('en')}`)
}

/** For stores: refuses a time or a duration that is no whole number of milliseconds. @throws {VaultError} `invalid_request`. */
export function assertMilliseconds(value: number, name: string): void {
  if (Number.isSafeInteger(value) && value >= 0) return
  throw refused(name, 'must be a whole number of milliseconds, 0 or more')
}

/** For stores: refuses an update that expects nothing. @throws {VaultError} `invalid_request`. */
export function assertExpectation(expect: CredentialExpectation): void {
  const { version, epoch, fence, refreshTokenFingerprint } = expect
  if ((version ?? epoch ?? fence ?? refreshTokenFingerprint) !== undefined) return
  throw new VaultError('invalid_request', 'An update needs an expectation: `version`, `epoch`, `fence` or `refreshTokenFingerprint`.', {
    fields: { expect: 'must hold at least one condition' },
  })
}

/** For stores: refuses a value of more than {@link MAX_STORE_VALUE_BYTES}, or text with NUL or ill-formed Unicode. @throws {VaultError} `invalid_request`. */
export function assertStoreValue(value: string | Uint8Array | null | undefined, name: string): void {
  if (value === null || value === undefined) return
  if (typeof value === 'string' && (value.includes('\0') || !value.isWellFormed()))
    throw refused(name, 'must be well-formed Unicode without NUL characters')
  // A UTF-16 unit is at most three bytes of UTF-8: only what comes near the limit has to be counted.
  const atMost = typeof value === 'string' ? value.length * 3 : value.length
  if (atMost <= MAX_STORE_VALUE_BYTES) return
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value).length : value.length
  if (bytes > MAX_STORE_VALUE_BYTES) throw refused(name, `must be at most ${MAX_STORE_VALUE_BYTES.toLocaleString('en')} bytes`)
}

/** For stores: refuses the key of a credential that the contract does not allow. @throws {VaultError} `invalid_request`. */
export function assertCredentialKey({ tenant, connectionId, userId, accountId }: CredentialKey): void {
  assertStoreKey(tenant, 'tenant')
  assertStoreKey(connectionId, 'connectionId')
  assertStoreKey(userId, 'userId')
  assertStoreKey(accountId, 'accountId')
}

/** For stores: refuses a question for what is due that the contract does not allow. @throws {VaultError} `invalid_request`. */
export function assertDueQuery({ tenant, dueBeforeMs, limit, excludeConnectionIds = [], postponeToMs }: DueQuery): void {
  assertStoreKeys({ tenant })
  assertPageLimit(limit)
  assertMilliseconds(dueBeforeMs, 'dueBeforeMs')
  assertKeyCount(excludeConnectionIds.length, 'excludeConnectionIds')
  for (const connectionId of excludeConnectionIds) assertStoreKey(connectionId, 'excludeConnectionIds')
  if (postponeToMs !== undefined) assertMilliseconds(postponeToMs, 'postponeToMs')
}

/** For stores: refuses uses that the contract does not allow. @throws {VaultError} `invalid_request`. */
export function assertUse({ keys, atMs }: CredentialUse): void {
  assertKeyCount(keys.length)
  keys.forEach(assertCredentialKey)
  assertMilliseconds(atMs, 'atMs')
}

/** For stores: refuses content of a credential that the contract does not allow. @throws {VaultError} `invalid_request`. */
export function assertCredentialContent(set: Partial<CredentialContent>): void {
  assertStoreValue(set.accessToken, 'accessToken')
  assertStoreValue(set.refreshToken, 'refreshToken')
  assertStoreValue(set.refreshTokenFingerprint, 'refreshTokenFingerprint')
  assertStoreValue(set.data, 'data')
  if (set.expiresAtMs !== undefined && set.expiresAtMs !== null) assertMilliseconds(set.expiresAtMs, 'expiresAtMs')
  if (set.dueAtMs !== undefined && set.dueAtMs !== null) assertMilliseconds(set.dueAtMs, 'dueAtMs')
}

/** For stores: refuses what belongs to a write if the contract does not allow it. @throws {VaultError} `invalid_request`. */
export function assertCompanions(also: Companions | undefined): void {
  if (also?.outbox) assertJobs(also.outbox)
  if (also?.audit) assertAuditEntries(also.audit)
}

/** For stores: refuses jobs that the contract does not allow. @throws {VaultError} `invalid_request`. */
export function assertJobs(jobs: readonly NewOutboxJob[]): void {
  for (const { tenant, id, topic, orderingKey, data } of jobs) {
    assertStoreKeys({ tenant, id, topic, ...(orderingKey !== undefined && { orderingKey }) })
    assertStoreValue(data, 'data')
  }
}

/** For stores: refuses audit entries that the contract does not allow. @throws {VaultError} `invalid_request`. */
export function assertAuditEntries(entries: readonly NewAuditEntry[]): void {
  for (const { tenant, id, subject, data } of entries) {
    assertStoreKeys({ tenant, id, ...(subject !== undefined && { subject }) })
    assertStoreValue(data, 'data')
  }
}

function refused(name: string, problem: string): VaultError {
  return new VaultError('invalid_request', `\`${name}\` ${problem}.`, { fields: { [name]: problem } })
}
