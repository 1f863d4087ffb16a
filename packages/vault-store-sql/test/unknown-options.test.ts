import { expect, it } from 'vitest'
import { mysqlStore, postgresStore, sqliteStore } from '../src/index.js'

const WAYS = '`path` says where the database is: give exactly one of `path`, `database`.'

it.each<[string, () => unknown, string]>([
  ['sqliteStore', () => sqliteStore({ path: ':memory:', migrat: 'check' } as never), '`migrat` is unknown; did you mean `migrate`?.'],
  ['sqliteStore', () => sqliteStore({ path: ':memory:', schema: 'app' } as never), '`schema` is unknown.'],
  [
    'postgresStore',
    () => postgresStore({ connectionString: 'postgres://localhost', shema: 'app' } as never),
    '`shema` is unknown; did you mean `schema`?.',
  ],
  ['postgresStore', () => postgresStore({ connectionString: 'postgres://localhost', ssl: true } as never), '`ssl` is unknown.'],
  [
    'mysqlStore',
    () => mysqlStore({ connectionString: 'mysql://localhost', tableprefx: 'a_' } as never),
    '`tableprefx` is unknown; did you mean `tablePrefix`?.',
  ],
  ['sqliteStore', () => sqliteStore({}), WAYS],
])('%s refuses what it does not know, and says what it wants', (_name, open, message) => {
  expect(open).toThrow(expect.objectContaining({ code: 'invalid_configuration', message }))
})

it('knows all options that there are', () => {
  const postgres = { pool: {}, maxConnections: 0, schema: 'app', preparedStatements: false, clockOffsetMs: () => 0 }
  const common = { tablePrefix: 'a_', migrate: 'off', onWarning: () => undefined, maxRememberedRows: 0 }
  const wrong = { code: 'invalid_configuration', message: '`maxConnections` must be a whole number, 1 or more.' }
  expect(() => postgresStore({ ...postgres, ...common } as never)).toThrow(expect.objectContaining(wrong))
})
