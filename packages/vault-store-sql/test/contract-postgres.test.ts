import { describeVaultStore, type OpenStore } from '@holdfast/vault-store-testing'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import { type PostgresStoreOptions, postgresStore } from '../src/index.js'
import { hasPostgres, postgresSchema, postgresUrl } from './fixtures/servers.js'

const schema = postgresSchema()
const pool = new pg.Pool({ connectionString: postgresUrl, max: 10 })
afterAll(() => pool.end())

function opener(options: () => PostgresStoreOptions): () => OpenStore {
  return () => {
    let offset = 0
    const open = () => postgresStore({ schema, ...options(), clockOffsetMs: () => offset })
    return {
      store: open(),
      another: open,
      elapse: (ms: number) => {
        offset += ms
      },
    }
  }
}

const suite = { describe: describe.skipIf(!hasPostgres), expect, it }
describeVaultStore({ ...suite, name: 'PostgreSQL', open: opener(() => ({ connectionString: postgresUrl })) })
describeVaultStore({ ...suite, name: 'PostgreSQL, a pool handed in', open: opener(() => ({ pool, tablePrefix: '' })) })
describeVaultStore({
  ...suite,
  name: 'PostgreSQL, a Kysely handed in',
  open: opener(() => ({ db: new Kysely<object>({ dialect: new PostgresDialect({ pool }) }), tablePrefix: 'mine_' })),
})
