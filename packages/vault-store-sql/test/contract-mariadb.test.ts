import { describeVaultStore, type OpenStore } from '@holdfast/vault-store-testing'
import { Kysely, MysqlDialect } from 'kysely'
import mysql from 'mysql2'
import { afterAll, describe, expect, it } from 'vitest'
import { type MysqlStoreOptions, mysqlStore } from '../src/index.js'
import { hasMariadb, mariadbDatabase } from './fixtures/servers.js'

const url = mariadbDatabase()
const pool = mysql.createPool({ uri: hasMariadb ? url : 'mysql://127.0.0.1', connectionLimit: 10 })
afterAll(() => new Promise<void>((resolve) => pool.end(() => resolve())))

function opener(options: () => MysqlStoreOptions): () => OpenStore {
  return () => {
    let offset = 0
    const open = () => mysqlStore({ ...options(), clockOffsetMs: () => offset })
    return {
      store: open(),
      another: open,
      elapse: (ms: number) => {
        offset += ms
      },
    }
  }
}

const suite = { describe: describe.skipIf(!hasMariadb), expect, it }
describeVaultStore({ ...suite, name: 'MariaDB', open: opener(() => ({ connectionString: url })) })
describeVaultStore({ ...suite, name: 'MariaDB, a pool handed in', open: opener(() => ({ pool, tablePrefix: '' })) })
describeVaultStore({
  ...suite,
  name: 'MariaDB, a Kysely handed in',
  open: opener(() => ({ db: new Kysely<object>({ dialect: new MysqlDialect({ pool }) }), tablePrefix: 'mine_' })),
})
