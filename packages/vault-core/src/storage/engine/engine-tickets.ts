import type { TicketKey, TicketStore } from '../contract.js'
import { assertMilliseconds, assertPageLimit, assertStoreValue } from '../rules/store-arguments.js'
import { assertStoreKeys } from '../rules/store-key.js'
import type { EngineRuns } from './engine-runs.js'
import { keyText } from './key-text.js'

export function engineTickets({ transact }: EngineRuns): TicketStore {
  return {
    async create({ tenant, kind, id, data, ttlMs }) {
      assertStoreKeys({ tenant, kind, id })
      assertStoreValue(data, 'data')
      assertMilliseconds(ttlMs, 'ttlMs')
      const ticket = ticketKey({ tenant, kind, id })
      return transact(async (tables, nowMs) => {
        const existing = await tables.get('tickets', ticket)
        if (existing && existing.expiresAtMs > nowMs) return 'exists'
        if (existing) await tables.delete('expiry', keyText(existing.expiresAtMs, ticket))
        const expiresAtMs = nowMs + ttlMs
        await tables.set('tickets', ticket, { data: data.slice(), expiresAtMs })
        await tables.set('expiry', keyText(expiresAtMs, ticket), { ticket })
        return 'created'
      })
    },

    async take(key) {
      assertStoreKeys({ tenant: key.tenant, kind: key.kind, id: key.id })
      const ticket = ticketKey(key)
      return transact(async (tables, nowMs) => {
        const found = await tables.get('tickets', ticket)
        if (!found) return null
        await tables.delete('tickets', ticket)
        await tables.delete('expiry', keyText(found.expiresAtMs, ticket))
        return found.expiresAtMs > nowMs ? found.data.slice() : null
      })
    },

    async purge(limit) {
      assertPageLimit(limit)
      return transact(async (tables, nowMs) => {
        let purged = 0
        for (const [key, { ticket }] of await tables.scan('expiry', { prefix: '[', limit })) {
          const found = await tables.get('tickets', ticket)
          if (found && found.expiresAtMs > nowMs) break
          await tables.delete('tickets', ticket)
          await tables.delete('expiry', key)
          purged++
        }
        return purged
      })
    },
  }
}

function ticketKey({ tenant, kind, id }: TicketKey): string {
  return keyText(tenant, kind, id)
}
