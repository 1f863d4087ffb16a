import { type AuditStore, assertPageLimit, assertStoreKey } from '@holdfast/vault-core'
import type { MemoryState } from './memory-state.js'

export function memoryAudit(state: MemoryState): AuditStore {
  return {
    append: (entries) => state.run((nowMs) => state.addAudit(entries, nowMs)),

    list: ({ tenant, afterSequence = 0, limit }) =>
      state.run(() => {
        assertPageLimit(limit)
        assertStoreKey(tenant, 'tenant')
        return state.audit.filter((entry) => entry.tenant === tenant && entry.sequence > afterSequence).slice(0, limit)
      }),
  }
}
