import type { ColumnType, Generated } from 'kysely'

/** The tables of the store, without their prefix. Times are epoch milliseconds. */
export interface StoreSchema {
  credentials: CredentialsTable
  documents: DocumentsTable
  tickets: TicketsTable
  outbox: OutboxTable
  audit: AuditTable
  migrations: MigrationsTable
}

export interface CredentialsTable {
  tenant: string
  user_id: string
  connection_id: string
  account_id: string
  version: number
  last_attempt_id: string
  epoch: number
  secret_rev: number
  status: string
  access_token: Uint8Array | null
  refresh_token: Uint8Array | null
  refresh_token_fingerprint: Uint8Array | null
  expires_at_ms: number | null
  due_at_ms: number | null
  data: string
  fence: number
  lease_owner: string | null
  lease_until_ms: number | null
  intent_attempt_id: string | null
  intent_state: string | null
  intent_sent_at_ms: number | null
  unresolved_sends: number
  created_at_ms: ColumnType<number, number, never>
  updated_at_ms: number
}

export interface DocumentsTable {
  tenant: string
  kind: string
  id: string
  version: number
  last_attempt_id: string
  data: string
  updated_at_ms: number
}

export interface TicketsTable {
  tenant: string
  kind: string
  id: string
  data: Uint8Array
  expires_at_ms: number
}

export interface OutboxTable {
  /** Order of arrival. */
  sequence: Generated<number>
  tenant: string
  id: string
  topic: string
  data: Uint8Array
  attempt: number
  available_at_ms: number
}

export interface AuditTable {
  tenant: string
  sequence: number
  id: string
  at_ms: number
  data: string
}

export interface MigrationsTable {
  version: number
  applied_at_ms: number
}
