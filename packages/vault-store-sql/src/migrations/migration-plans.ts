import type { Dialect } from '../dialect.js'
import type { Migration } from './migration.js'
import { mysqlMigrations } from './mysql.js'
import { postgresMigrations } from './postgres.js'
import { sqliteMigrations } from './sqlite.js'

export interface MigrationPlan {
  readonly migrations: readonly Migration[]
  readonly quote: '"' | '`'
  readonly migrationsTable: string
}

const migrationsTable = 'create table if not exists {migrations} (version integer not null primary key, applied_at_ms bigint not null)'

export const migrationPlans: Readonly<Record<Dialect['name'], MigrationPlan>> = {
  postgres: { migrations: postgresMigrations, quote: '"', migrationsTable },
  mysql: { migrations: mysqlMigrations, quote: '`', migrationsTable: `${migrationsTable} engine = InnoDB` },
  sqlite: { migrations: sqliteMigrations, quote: '"', migrationsTable },
}
