import { VaultError } from '@holdfast/vault-core'
import type { Kysely } from 'kysely'
import type { Dialect } from './dialect.js'
import { storeFailure } from './failures/explain.js'
import { repeatSafely } from './failures/repeat.js'
import type { StoreSchema } from './schema.js'
import type { CredentialReader, RunOptions, RunPrepared, SqlDatabase } from './sql-database.js'

export interface RawDatabase {
  readonly dialect: Dialect
  readonly reader: CredentialReader
  readonly prepared?: RunPrepared | undefined
  run<T>(work: (db: Kysely<StoreSchema>) => Promise<T>): Promise<T>
  transaction<T>(work: (db: Kysely<StoreSchema>) => Promise<T>): Promise<T>
  /** Before first use: migrations, and a look at the settings. Done again at the next use if it fails. */
  prepare(): Promise<void>
  close(): Promise<void>
}

/** Puts around a database what all have in common: it is prepared first, failures are judged, and after `close` nothing works. */
export function guardedDatabase({ dialect, reader, prepared, run, transaction, prepare, close }: RawDatabase): SqlDatabase {
  let closing: Promise<void> | undefined
  let preparing: Promise<void> | undefined
  let isReady = false
  let underWay = 0
  let whenIdle = (): void => undefined

  const ready = (): Promise<void> => {
    preparing ??= prepare().then(
      () => {
        isReady = true
      },
      (error: unknown) => {
        preparing = undefined
        throw error
      },
    )
    return preparing
  }
  const open = async <T>(work: () => Promise<T>, options: RunOptions = {}): Promise<T> => {
    if (closing) throw new VaultError('store_unavailable', 'The store is closed. Open a new one.')
    underWay += 1
    try {
      return await repeatSafely(isReady ? work : () => ready().then(work), { ...options, isGivenUp })
    } catch (error) {
      throw storeFailure(error)
    } finally {
      underWay -= 1
      if (underWay === 0) whenIdle()
    }
  }
  const isGivenUp = (): boolean => closing !== undefined
  const idle = (): Promise<void> =>
    new Promise((resolve) => {
      whenIdle = resolve
      if (underWay === 0) resolve()
    })

  return {
    dialect,
    prepared,
    credentials: { one: (key) => open(() => reader.one(key)), many: (keys) => open(() => reader.many(keys)) },
    run: (work, options) => open(() => run(work), options),
    transact: (work, options) => open(() => transaction(work), options),
    close() {
      closing ??= idle().then(close)
      return closing
    },
  }
}
