// `@holdfast/vault-core/store`: what the author of a store needs.
export type * from './contract.js'
export { collectWrites } from './engine/collect-writes.js'
export { derivedRecords, derivedTables } from './engine/derived-records.js'
export { decodeRecord, encodeRecord } from './engine/record-text.js'
export { type RecordWrite, type SortedTables, sortedTables } from './engine/sorted-tables.js'
export type { EngineTransaction, EngineView, Entry, ScanRange, StoreEngine } from './engine/store-engine.js'
export { storeFromEngine } from './engine/store-from-engine.js'
export { copyRow } from './rules/copy-row.js'
export { type CredentialStep, holdsLease, insertStep, touchStep, updateStep } from './rules/credential-steps.js'
export { readCursor, writeCursor } from './rules/cursor.js'
export { claimStep, isClaimedBy, markSentStep, releaseStep, renewStep } from './rules/lease-steps.js'
export {
  assertAuditEntries,
  assertCompanions,
  assertCredentialContent,
  assertCredentialKey,
  assertDueQuery,
  assertExpectation,
  assertJobs,
  assertKeyCount,
  assertMilliseconds,
  assertPageLimit,
  assertStoreValue,
  assertUse,
  MAX_GET_MANY,
  MAX_PAGE_LIMIT,
  MAX_STORE_VALUE_BYTES,
} from './rules/store-arguments.js'
export { assertStoreKey, assertStoreKeys, MAX_STORE_KEY_LENGTH } from './rules/store-key.js'
