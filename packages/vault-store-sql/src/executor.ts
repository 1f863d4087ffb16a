import { VaultError } from '@holdfast/vault-core'
import type { Kysely } from 'kysely'
import type { StoreSchema } from './schema.js'

/** Runs the store's work on the database. */
export interface Executor {
  /** The store's clock, epoch milliseconds. */
  now(): number
  /** Work of one statement. */
  run<T>(work: (db: Kysely<StoreSchema>, nowMs: number) => Promise<T>): Promise<T>
  /** Work of several statements: all of it happens, or none. */
  transact<T>(work: (db: Kysely<StoreSchema>, nowMs: number) => Promise<T>): Promise<T>
  close(): Promise<void>
}

export function closedError(): VaultError {
  return new VaultError('store_unavailable', 'The store is closed. Open a new one.')
}
