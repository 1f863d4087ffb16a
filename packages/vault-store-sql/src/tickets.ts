import type { TicketStore } from '@holdfast/vault-core'
import type { Executor } from './executor.js'
import { assertKeys } from './store-arguments.js'

export function sqlTickets(executor: Executor): TicketStore {
  return {
    async create({ tenant, kind, id, data, ttlMs }) {
      assertKeys({ tenant, kind, id })
      return executor.run(async (db, nowMs) => {
        const ticket = { data, expires_at_ms: nowMs + ttlMs }
        const { numInsertedOrUpdatedRows } = await db
          .insertInto('tickets')
          .values({ tenant, kind, id, ...ticket })
          // An expired ticket that was not swept yet makes room.
          .onConflict((conflict) =>
            conflict.columns(['tenant', 'kind', 'id']).doUpdateSet(ticket).where('tickets.expires_at_ms', '<=', nowMs),
          )
          .executeTakeFirst()
        return (numInsertedOrUpdatedRows ?? 0n) > 0n ? 'created' : 'exists'
      })
    },

    async take({ tenant, kind, id }) {
      assertKeys({ tenant, kind, id })
      return executor.run(async (db, nowMs) => {
        const [taken] = await db
          .deleteFrom('tickets')
          .where((eb) => eb.and({ tenant, kind, id }))
          .returning(['data', 'expires_at_ms'])
          .execute()
        return taken && taken.expires_at_ms > nowMs ? new Uint8Array(taken.data) : null
      })
    },

    async purge(limit) {
      return executor.run(async (db, nowMs) => {
        const rows = await db
          .deleteFrom('tickets')
          .where((eb) =>
            eb(
              eb.refTuple('tenant', 'kind', 'id'),
              'in',
              eb
                .selectFrom('tickets')
                .select(['tenant', 'kind', 'id'])
                .where('expires_at_ms', '<=', nowMs)
                .limit(limit)
                .$asTuple('tenant', 'kind', 'id'),
            ),
          )
          .returning('id')
          .execute()
        return rows.length
      })
    },
  }
}
