import type { ColumnType, Generated, Selectable } from 'kysely'

/** The tables of the store, without their prefix. Times are epoch milliseconds. */
export interface StoreSchema {
  credentials: CredentialsTable
  documents: DocumentsTable
  tickets: TicketsTable
  outbox: OutboxTable
  audit: AuditTable
  counters: CountersTable
  migrations: MigrationsTable
}

/** Text that has to be kept exactly: MySQL keeps it as bytes, as its text compares by collations. */
export type ExactText = string | Uint8Array

/** Drivers return large numbers as text, or as `bigint`. */
type Whole = ColumnType<number | string | bigint, number, number>
type MaybeWhole = ColumnType<number | string | bigint | null, number | null, number | null>

export interface CredentialsTable {
  tenant: ExactText
  user_id: ExactText
  connection_id: ExactText
  account_id: ExactText
  version: Whole
  last_attempt_id: ExactText
  epoch: Whole
  secret_rev: Whole
  status: string
  access_token: Uint8Array | null
  refresh_token: Uint8Array | null
  refresh_token_fingerprint: Uint8Array | null
  expires_at_ms: MaybeWhole
  due_at_ms: MaybeWhole
  data: ExactText
  fence: Whole
  lease_owner: ExactText | null
  lease_until_ms: MaybeWhole
  intent_attempt_id: ExactText | null
  intent_state: string | null
  intent_sent_at_ms: MaybeWhole
  unresolved_sends: Whole
  created_at_ms: Whole
  last_used_at_ms: MaybeWhole
  updated_at_ms: Whole
}

export type CredentialColumns = Selectable<CredentialsTable>

export interface DocumentsTable {
  tenant: ExactText
  kind: ExactText
  id: ExactText
  version: Whole
  last_attempt_id: ExactText
  data: ExactText
  updated_at_ms: Whole
}

export interface TicketsTable {
  tenant: ExactText
  kind: ExactText
  id: ExactText
  data: Uint8Array
  expires_at_ms: Whole
}

export interface OutboxTable {
  /** Order of arrival. */
  sequence: Generated<number | string | bigint>
  tenant: ExactText
  id: ExactText
  topic: ExactText
  data: Uint8Array
  attempt: Whole
  available_at_ms: Whole
  ordering_key: ColumnType<ExactText | null, ExactText | null | undefined, never>
  /** 1 for a job that waits for no other: it has no ordering key, or is the oldest with its topic and key. Else 0. */
  is_first: ColumnType<number, number | undefined, number>
  added_at_ms: MaybeWhole
}

export interface AuditTable {
  tenant: ExactText
  sequence: Whole
  id: ExactText
  at_ms: Whole
  data: ExactText
  subject: ColumnType<ExactText | null, ExactText | null | undefined, never>
}

export interface CountersTable {
  tenant: ExactText
  topic: string
  name: ExactText
  value: Whole
}

export interface MigrationsTable {
  version: Whole
  applied_at_ms: Whole
}
