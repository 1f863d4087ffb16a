import { VaultError } from '@holdfast/vault-core'
import type { Dialect } from '../dialect.js'
import { assertTableNames } from '../options.js'
import { withNames } from './migration.js'
import { migrationPlans } from './migration-plans.js'

export interface MigrationSqlOptions {
  readonly dialect: Dialect['name']
  /** As given to the store. Default `holdfast_`. */
  readonly tablePrefix?: string
  /** As given to the store; PostgreSQL only. It has to be there. */
  readonly schema?: string
  /** The version at which the tables are: 0, the default, for none. */
  readonly from?: number
}

/**
 * The SQL that brings the tables up to date, for those who run their migrations themselves. Use the store with `migrate: 'check'` then.
 *
 * @throws {VaultError} `invalid_configuration` for wrong options.
 */
export function migrationSql({ dialect, tablePrefix = 'holdfast_', schema, from = 0 }: MigrationSqlOptions): string {
  const names = { prefix: tablePrefix, schema }
  assertTableNames(names)
  const plan = migrationPlans[dialect]
  if (!plan) {
    throw new VaultError('invalid_configuration', '`dialect` must be "postgres", "mysql" or "sqlite".', {
      fields: { dialect: 'is unknown' },
    })
  }
  const steps = plan.migrations.filter(({ version }) => version > from)
  const statements = steps.flatMap(({ version, statements: own }) => [
    ...own,
    `insert into {migrations} (version, applied_at_ms) values (${version}, 0)`,
  ])
  const all = from === 0 ? [plan.migrationsTable, ...statements] : statements
  return all.map((statement) => `${withNames(statement, names, plan.quote)};\n`).join('')
}
