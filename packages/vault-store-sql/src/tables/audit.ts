import {
  type AuditStore,
  assertAuditEntries,
  assertMilliseconds,
  assertPageLimit,
  assertStoreKeys,
  type NewAuditEntry,
} from '@holdfast/vault-core/store'
import type { Kysely } from 'kysely'
import { type Dialect, textOf } from '../dialect.js'
import type { StoreSchema } from '../schema.js'
import type { SqlDatabase } from '../sql-database.js'
import { advance } from './counters.js'
import { insertUnlessThere } from './insert-unless-there.js'

export function sqlAudit({ dialect, run, transact }: SqlDatabase): AuditStore {
  return {
    async append(entries) {
      assertAuditEntries(entries)
      await transact((db) => insertAudit(db, dialect, entries))
    },

    async list({ tenant, afterSequence = 0, limit }) {
      assertStoreKeys({ tenant })
      assertPageLimit(limit)
      assertMilliseconds(afterSequence, 'afterSequence')
      const rows = await run((db) =>
        db
          .selectFrom('audit')
          .selectAll()
          .where('tenant', '=', dialect.exact(tenant))
          .where('sequence', '>', afterSequence)
          .orderBy('sequence')
          .limit(limit)
          .execute(),
      )
      return rows.map(({ id, data, sequence, at_ms: atMs }) => ({
        tenant,
        id: textOf(id),
        data: textOf(data),
        sequence: Number(sequence),
        atMs: Number(atMs),
      }))
    },
  }
}

/** Appends entries in the transaction under way, each with the tenant's next sequence. An entry that is there already leaves a gap. */
export async function insertAudit(db: Kysely<StoreSchema>, dialect: Dialect, entries: readonly NewAuditEntry[]): Promise<void> {
  const { exact } = dialect
  for (const [tenant, own] of Map.groupBy(entries, (entry) => entry.tenant)) {
    const last = await advance(db, dialect, { tenant, topic: 'audit', name: '' }, own.length)
    const rows = own.map(({ id, data }, index) => ({
      tenant: exact(tenant),
      sequence: last - own.length + 1 + index,
      id: exact(id),
      at_ms: dialect.nowMs(),
      data: exact(data),
    }))
    await insertUnlessThere(db, dialect, 'audit', rows)
  }
}
