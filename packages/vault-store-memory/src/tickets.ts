import type { TicketKey, TicketStore } from '@holdfast/vault-core'
import { keyOf, type MemoryState } from './memory-state.js'

export function memoryTickets(state: MemoryState): TicketStore {
  const { tickets } = state
  return {
    create: ({ tenant, kind, id, data, ttlMs }) =>
      state.run((nowMs) => {
        const key = ticketKey({ tenant, kind, id })
        if ((tickets.get(key)?.expiresAtMs ?? 0) > nowMs) return 'exists'
        tickets.set(key, { data: data.slice(), expiresAtMs: nowMs + ttlMs })
        return 'created'
      }),

    take: (ticket) =>
      state.run((nowMs) => {
        const key = ticketKey(ticket)
        const found = tickets.get(key)
        tickets.delete(key)
        return found && found.expiresAtMs > nowMs ? found.data : null
      }),

    purge: (limit) =>
      state.run((nowMs) => {
        const expired = [...tickets].filter(([, { expiresAtMs }]) => expiresAtMs <= nowMs).slice(0, limit)
        for (const [key] of expired) tickets.delete(key)
        return expired.length
      }),
  }
}

function ticketKey({ tenant, kind, id }: TicketKey): string {
  return keyOf({ tenant, kind, id })
}
