import type { CredentialKey, CredentialRow } from '@holdfast/vault-core/store'
import type { Kysely, QueryResult } from 'kysely'
import type { Dialect } from './dialect.js'
import type { StoreSchema } from './schema.js'

/** A database as the store uses it: migrated, its failures judged and repeated where that is safe. */
export interface SqlDatabase {
  readonly dialect: Dialect
  readonly credentials: CredentialReader
  /** Runs a text that comes again and again as a prepared statement, where the driver can. */
  readonly prepared?: RunPrepared | undefined
  /** Work whose statements each stand for themselves. */
  run<T>(work: (db: Kysely<StoreSchema>) => Promise<T>, options?: RunOptions): Promise<T>
  /** Work of several statements: all of it happens, or none. */
  transact<T>(work: (db: Kysely<StoreSchema>) => Promise<T>, options?: RunOptions): Promise<T>
  close(): Promise<void>
}

/** The rows have the shape that the statement gives them, which is taken on trust. */
export type RunPrepared = <R>(text: string, values: readonly unknown[]) => Promise<QueryResult<R>>

export interface RunOptions {
  /** The work must not be done twice: it is not repeated when the connection broke and nobody can tell whether it was done. */
  readonly once?: boolean
}

/** Reading by primary key, in one round trip, as fast as the driver can. */
export interface Reader<K, R> {
  one(key: K): Promise<R | null>
  /** In the order of the keys. */
  many(keys: readonly K[]): Promise<readonly (R | null)[]>
}

export type CredentialReader = Reader<CredentialKey, CredentialRow>
