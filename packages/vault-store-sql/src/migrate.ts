import { VaultError } from '@holdfast/vault-core'
import { CompiledQuery, type Kysely } from 'kysely'
import type { Migration } from './migrations.js'
import type { StoreSchema } from './schema.js'

/** `auto`: bring the schema up to date. `check`: refuse one that is not. `off`: do not look. */
export type MigrateMode = 'auto' | 'check' | 'off'

/**
 * Brings the tables up to the code's version, or tells what is wrong. Runs inside one transaction that no other process can share, so that
 * of several that start at once one migrates and the others find it done.
 *
 * @throws {VaultError} `invalid_configuration` when the database is newer than the code, or older in mode `check`.
 */
export async function migrate(
  db: Kysely<StoreSchema>,
  migrations: readonly Migration[],
  mode: MigrateMode,
  prefix: string,
  nowMs: number,
): Promise<void> {
  if (mode === 'off') return
  const newest = migrations.at(-1)?.version ?? 0
  const current = await currentVersion(db, prefix, mode)
  if (current > newest) {
    throw new VaultError(
      'invalid_configuration',
      `The vault's tables are at version ${current}, and this code knows ${newest} at most. Update @holdfast/vault-store-sql.`,
    )
  }
  if (current === newest) return
  if (mode === 'check') {
    throw new VaultError(
      'invalid_configuration',
      `The vault's tables are at version ${current}, and this code needs ${newest}. Open the store once with \`migrate: 'auto'\`.`,
    )
  }
  for (const { version, statements } of migrations.filter((migration) => migration.version > current)) {
    for (const statement of statements) await db.executeQuery(CompiledQuery.raw(statement.replaceAll('{p}', prefix)))
    await db.insertInto('migrations').values({ version, applied_at_ms: nowMs }).execute()
  }
}

async function currentVersion(db: Kysely<StoreSchema>, prefix: string, mode: MigrateMode): Promise<number> {
  if (mode === 'auto') {
    await db.executeQuery(
      CompiledQuery.raw(
        `create table if not exists ${prefix}migrations (version integer not null primary key, applied_at_ms integer not null)`,
      ),
    )
  }
  try {
    const row = await db
      .selectFrom('migrations')
      .select((eb) => eb.fn.max('version').as('version'))
      .executeTakeFirst()
    return row?.version ?? 0
  } catch (error) {
    if (error instanceof Error && /no such table/i.test(error.message)) return 0
    throw error
  }
}
