import { DatabaseSync } from 'node:sqlite'
import { describeVaultStore, type OpenStore } from '@holdfast/vault-store-testing'
import BetterSqlite3 from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { type SqliteStoreOptions, sqliteStore } from '../src/index.js'
import { temporaryFolder } from './fixtures/temporary-folder.js'

const newFile = temporaryFolder()

function opened(options: SqliteStoreOptions): OpenStore {
  let now = 1_800_000_000_000
  const open = () => sqliteStore({ ...options, clock: () => now })
  return {
    store: open(),
    // Two in one process: neither may keep the other from going on.
    ...(options.path !== undefined && options.path !== ':memory:' && { another: open }),
    elapse: (ms) => {
      now += ms
    },
  }
}

const suite = { describe, expect, it }
describeVaultStore({ ...suite, name: 'SQLite, a file', open: () => opened({ path: newFile() }) })
describeVaultStore({ ...suite, name: 'SQLite in memory', open: () => opened({ path: ':memory:' }) })
describeVaultStore({
  ...suite,
  name: 'SQLite, a database of node:sqlite handed in',
  open: () => opened({ database: new DatabaseSync(':memory:') }),
})
describeVaultStore({
  ...suite,
  name: 'SQLite, a database of better-sqlite3 handed in, another prefix',
  open: () => opened({ database: new BetterSqlite3(newFile()), tablePrefix: 'my_vault_' }),
})
