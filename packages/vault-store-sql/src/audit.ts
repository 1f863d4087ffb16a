import { type AuditStore, assertPageLimit, type NewAuditEntry } from '@holdfast/vault-core'
import { type Kysely, sql } from 'kysely'
import type { Executor } from './executor.js'
import type { StoreSchema } from './schema.js'
import { assertKeys } from './store-arguments.js'

export function sqlAudit(executor: Executor): AuditStore {
  return {
    append: (entries) => executor.transact((db, nowMs) => insertAudit(db, entries, nowMs)),

    async list({ tenant, afterSequence = 0, limit }) {
      assertKeys({ tenant })
      assertPageLimit(limit)
      const rows = await executor.run((db) =>
        db
          .selectFrom('audit')
          .selectAll()
          .where('tenant', '=', tenant)
          .where('sequence', '>', afterSequence)
          .orderBy('sequence')
          .limit(limit)
          .execute(),
      )
      return rows.map(({ id, data, sequence, at_ms: atMs }) => ({ tenant, id, data, sequence, atMs }))
    },
  }
}

/** Appends entries in the transaction under way, each with the tenant's next sequence. */
export async function insertAudit(db: Kysely<StoreSchema>, entries: readonly NewAuditEntry[], nowMs: number): Promise<void> {
  for (const { tenant, id, data } of entries) {
    assertKeys({ tenant, id })
    await db
      .insertInto('audit')
      .columns(['tenant', 'sequence', 'id', 'at_ms', 'data'])
      .expression((eb) =>
        eb
          .selectFrom('audit')
          .where('tenant', '=', tenant)
          .select([
            sql<string>`${tenant}`.as('tenant'),
            sql<number>`coalesce(max(sequence), 0) + 1`.as('sequence'),
            sql<string>`${id}`.as('id'),
            sql<number>`${nowMs}`.as('at_ms'),
            sql<string>`${data}`.as('data'),
          ]),
      )
      .execute()
  }
}
