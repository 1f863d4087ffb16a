import { VaultError } from '@holdfast/vault-core'
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
  const { exact } = dialect
  return {
    async append(entries) {
      assertAuditEntries(entries)
      await transact((db) => insertAudit(db, dialect, entries))
    },

    async list({ tenant, subject, afterSequence = 0, limit }) {
      assertStoreKeys({ tenant, ...(subject !== undefined && { subject }) })
      assertPageLimit(limit)
      assertMilliseconds(afterSequence, 'afterSequence')
      const rows = await run((db) => {
        const query = db
          .selectFrom('audit')
          .selectAll()
          .where('tenant', '=', exact(tenant))
          .where('sequence', '>', afterSequence)
          .orderBy('sequence')
          .limit(limit)
        return (subject === undefined ? query : query.where('subject', '=', exact(subject))).execute()
      })
      return rows.map(({ id, subject: about, data, sequence, at_ms: atMs }) => ({
        tenant,
        id: textOf(id),
        ...(about !== null && { subject: textOf(about) }),
        data: textOf(data),
        sequence: Number(sequence),
        atMs: Number(atMs),
      }))
    },

    async prune({ tenant, throughSequence }) {
      assertStoreKeys({ tenant })
      assertMilliseconds(throughSequence, 'throughSequence')
      return run(async (db) => {
        const { numDeletedRows } = await db
          .deleteFrom('audit')
          .where('tenant', '=', exact(tenant))
          .where('sequence', '<=', throughSequence)
          .executeTakeFirst()
        return Number(numDeletedRows)
      })
    },
  }
}

/** Appends entries in the transaction under way, each with the tenant's next sequence. An entry that is there already leaves a gap. */
export async function insertAudit(db: Kysely<StoreSchema>, dialect: Dialect, entries: readonly NewAuditEntry[]): Promise<void> {
  const { exact } = dialect
  for (const [tenant, own] of Map.groupBy(entries, (entry) => entry.tenant)) {
    const last = await advance(db, dialect, { tenant, topic: 'audit', name: '' }, own.length)
    const rows = own.map(({ id, subject, data }, index) => ({
      tenant: exact(tenant),
      sequence: last - own.length + 1 + index,
      id: exact(id),
      at_ms: dialect.nowMs(),
      data: exact(data),
      subject: subject === undefined ? null : exact(subject),
    }))
    const inserted = await insertUnlessThere(db, dialect, 'audit', rows)
    if (inserted < rows.length) await assertThere(db, dialect, tenant, own)
  }
}

/** What was left out has to be there already by its id. If its sequence was taken, it would be lost, and nobody would know. */
async function assertThere(db: Kysely<StoreSchema>, { exact }: Dialect, tenant: string, entries: readonly NewAuditEntry[]): Promise<void> {
  const ids = [...new Set(entries.map(({ id }) => id))]
  const { there } = await db
    .selectFrom('audit')
    .select((eb) => eb.fn.countAll<number | string | bigint>().as('there'))
    .where('tenant', '=', exact(tenant))
    .where('id', 'in', ids.map(exact))
    .executeTakeFirstOrThrow()
  if (Number(there) === ids.length) return
  throw new VaultError(
    'store_unavailable',
    'The counter of the audit log stands below its last entry, as somebody changed the database by hand: set it to the highest sequence in the table of the log, or higher.',
    { reason: 'audit_counter' },
  )
}
