import { assertStoreKey, type DocumentKey, type DocumentRow, type DocumentStore } from '@holdfast/vault-core'
import { keyOf, type MemoryState } from './memory-state.js'
import { pageOf } from './page.js'

export function memoryDocuments(state: MemoryState): DocumentStore {
  const { documents: rows } = state
  // A repeat is told by the attempt that made the version that stands.
  const attempts = new Map<string, string>()
  return {
    get: (key) => state.run(() => rows.get(documentKey(key)) ?? null),

    put: ({ tenant, kind, id, data, expect, attemptId, also }) =>
      state.run((nowMs) => {
        const key = documentKey({ tenant, kind, id })
        const current = rows.get(key)
        if (current && attempts.get(key) === attemptId) return { outcome: 'stored', version: current.version }
        if (expect === 'absent' ? current : current?.version !== expect) return { outcome: 'conflict', current: current ?? null }
        const row: DocumentRow = { tenant, kind, id, data, version: (current?.version ?? 0) + 1, updatedAtMs: nowMs }
        state.addCompanions(also, nowMs)
        rows.set(key, row)
        attempts.set(key, attemptId)
        return { outcome: 'stored', version: row.version }
      }),

    delete: (key, expectVersion) =>
      state.run(() => {
        const row = rows.get(documentKey(key))
        if (!row) return 'missing'
        if (row.version !== expectVersion) return 'conflict'
        rows.delete(documentKey(key))
        attempts.delete(documentKey(key))
        return 'deleted'
      }),

    list: ({ tenant, kind, ...paging }) =>
      state.run(() => {
        assertStoreKey(tenant, 'tenant')
        assertStoreKey(kind, 'kind')
        return pageOf(
          [...rows].filter(([, row]) => row.tenant === tenant && row.kind === kind),
          paging,
        )
      }),
  }
}

function documentKey({ tenant, kind, id }: DocumentKey): string {
  return keyOf({ tenant, kind, id })
}
