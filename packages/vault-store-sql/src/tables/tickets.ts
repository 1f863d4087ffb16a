import {
  assertMilliseconds,
  assertPageLimit,
  assertStoreKeys,
  assertStoreValue,
  type TicketKey,
  type TicketStore,
} from '@holdfast/vault-core/store'
import { sql } from 'kysely'
import type { SqlDatabase } from '../sql-database.js'
import { buffer } from './credential-row.js'
import { insertUnlessThere } from './insert-unless-there.js'

export function sqlTickets({ dialect, run, transact }: SqlDatabase): TicketStore {
  const { exact, nowMs } = dialect
  const keyOf = ({ tenant, kind, id }: TicketKey) => ({ tenant: exact(tenant), kind: exact(kind), id: exact(id) })
  return {
    async create({ tenant, kind, id, data, ttlMs }) {
      assertStoreKeys({ tenant, kind, id })
      assertStoreValue(data, 'data')
      assertMilliseconds(ttlMs, 'ttlMs')
      const key = keyOf({ tenant, kind, id })
      const ticket = { data: buffer(data), expires_at_ms: sql<number>`${nowMs()} + ${sql.lit(ttlMs)}` }
      return run(
        async (db) => {
          for (;;) {
            if ((await insertUnlessThere(db, dialect, 'tickets', [{ ...key, ...ticket }])) > 0) return 'created'
            // One that expired and was not purged yet makes room.
            const { numUpdatedRows } = await db
              .updateTable('tickets')
              .set(ticket)
              .where((eb) => eb.and(key))
              .where('expires_at_ms', '<=', nowMs())
              .executeTakeFirst()
            if (numUpdatedRows > 0n) return 'created'
            const there = await db
              .selectFrom('tickets')
              .select('id')
              .where((eb) => eb.and(key))
              .executeTakeFirst()
            if (there) return 'exists'
          }
        },
        { once: true },
      )
    },

    async take(ticket) {
      assertStoreKeys({ tenant: ticket.tenant, kind: ticket.kind, id: ticket.id })
      const key = keyOf(ticket)
      return transact(
        async (db) => {
          const query = db
            .selectFrom('tickets')
            .select(['data', sql<number | string>`case when expires_at_ms > ${nowMs()} then 1 else 0 end`.as('lives')])
            .where((eb) => eb.and(key))
          const found = await (dialect.locksRows ? query.forUpdate() : query).executeTakeFirst()
          if (!found) return null
          await db
            .deleteFrom('tickets')
            .where((eb) => eb.and(key))
            .execute()
          return Number(found.lives) === 1 ? new Uint8Array(found.data) : null
        },
        { once: true },
      )
    },

    async purge(limit) {
      assertPageLimit(limit)
      return transact(async (db) => {
        const query = db
          .selectFrom('tickets')
          .select(['tenant', 'kind', 'id'])
          .where('expires_at_ms', '<=', nowMs())
          .orderBy('expires_at_ms')
          .limit(limit)
        const expired = await (dialect.locksRows ? query.forUpdate().skipLocked() : query).execute()
        for (const key of expired)
          await db
            .deleteFrom('tickets')
            .where((eb) => eb.and({ tenant: key.tenant, kind: key.kind, id: key.id }))
            .execute()
        return expired.length
      })
    },
  }
}
