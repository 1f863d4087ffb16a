import { VaultError } from '@holdfast/vault-core'
import { CompiledQuery, type Kysely } from 'kysely'
import type { Dialect } from '../dialect.js'
import { causes, codeOf } from '../failures/classify.js'
import type { TableNames } from '../names.js'
import type { StoreSchema } from '../schema.js'
import { withNames } from './migration.js'
import { migrationPlans } from './migration-plans.js'

/** `auto`: bring the tables up to date. `check`: refuse those that are not. `off`: do not look. */
export type MigrateMode = 'auto' | 'check' | 'off'

export interface MigrateOptions {
  readonly db: Kysely<StoreSchema>
  readonly dialect: Dialect
  readonly names: TableNames
  readonly mode: MigrateMode
  /** Runs `work` while no other process migrates these tables, in one transaction where the database can take back DDL. */
  exclusively(work: (db: Kysely<StoreSchema>) => Promise<void>): Promise<void>
}

/**
 * Brings the tables up to the code's version, or tells what is wrong. Of several processes that start at once one
 * migrates, and the others find it done. Tables that are up to date need no rights but those to use them.
 *
 * @throws {VaultError} `invalid_configuration` when the tables are newer than the code, or older in mode `check`.
 */
export async function migrate({ db, dialect, names, mode, exclusively }: MigrateOptions): Promise<void> {
  if (mode === 'off') return
  const plan = migrationPlans[dialect.name]
  const newest = plan.migrations.at(-1)?.version ?? 0
  const found = await versionOf(db)
  assertNotNewer(found, newest)
  if (found === newest) return
  if (mode === 'check') {
    throw new VaultError(
      'invalid_configuration',
      `The vault's tables are at version ${found}, and this code needs ${newest}. Open the store once with \`migrate: 'auto'\`, or run what migrationSql() prints.`,
    )
  }
  await exclusively(async (own) => {
    const execute = (statement: string): Promise<unknown> => own.executeQuery(CompiledQuery.raw(withNames(statement, names, plan.quote)))
    await execute(plan.migrationsTable)
    const current = await versionOf(own)
    assertNotNewer(current, newest)
    for (const { version, statements } of plan.migrations) {
      if (version <= current) continue
      for (const statement of statements) await execute(statement).catch(unlessDone)
      await own.insertInto('migrations').values({ version, applied_at_ms: dialect.nowMs() }).execute()
    }
  })
}

function assertNotNewer(found: number, newest: number): void {
  if (found <= newest) return
  throw new VaultError(
    'invalid_configuration',
    `The vault's tables are at version ${found}, and this code knows ${newest} at most. Update @holdfast/vault-store-sql.`,
  )
}

/** 0 where there are no tables. */
async function versionOf(db: Kysely<StoreSchema>): Promise<number> {
  try {
    const row = await db
      .selectFrom('migrations')
      .select((eb) => eb.fn.max('version').as('version'))
      .executeTakeFirst()
    return Number(row?.version ?? 0)
  } catch (error) {
    if (causes(error).some(isMissingTable)) return 0
    throw error
  }
}

/** MySQL takes no DDL back: a step that was broken off finds what it did before, each statement wholly or not at all. */
function unlessDone(error: unknown): void {
  if (!causes(error).some((each) => ['ER_DUP_FIELDNAME', 'ER_CANT_DROP_FIELD_OR_KEY'].includes(codeOf(each)))) throw error
}

function isMissingTable(error: Error): boolean {
  return ['42P01', '3F000', 'ER_NO_SUCH_TABLE'].includes(codeOf(error)) || /no such table/i.test(error.message)
}
