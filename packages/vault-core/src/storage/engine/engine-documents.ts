import type { DocumentKey, DocumentRow, DocumentStore } from '../contract.js'
import { assertCompanions, assertPageLimit, assertStoreValue } from '../rules/store-arguments.js'
import { assertStoreKeys } from '../rules/store-key.js'
import { addAudit } from './engine-audit.js'
import { addJobs } from './engine-outbox.js'
import type { EngineRuns } from './engine-runs.js'
import { keyPrefix, keyText } from './key-text.js'
import { pageOf } from './page-of.js'
import type { Records } from './records.js'

export function engineDocuments({ read, transact }: EngineRuns): DocumentStore {
  return {
    async get({ tenant, kind, id }) {
      assertStoreKeys({ tenant, kind, id })
      const record = await read((tables) => tables.get('documents', documentKey({ tenant, kind, id })))
      return record ? shown(record) : null
    },

    async put({ tenant, kind, id, data, expect, attemptId, also }) {
      assertStoreKeys({ tenant, kind, id, attemptId })
      assertStoreValue(data, 'data')
      assertCompanions(also)
      const key = documentKey({ tenant, kind, id })
      return transact(async (tables, nowMs) => {
        const current = await tables.get('documents', key)
        if (current?.lastAttemptId === attemptId) return { outcome: 'stored', version: current.version }
        if (expect === 'absent' ? current : current?.version !== expect)
          return { outcome: 'conflict', current: current ? shown(current) : null }
        const version = (current?.version ?? 0) + 1
        await tables.set('documents', key, { tenant, kind, id, version, data, updatedAtMs: nowMs, lastAttemptId: attemptId })
        await tables.count(revisionOf({ tenant, kind }))
        await addJobs(tables, also?.outbox ?? [], nowMs)
        await addAudit(tables, also?.audit ?? [], nowMs)
        return { outcome: 'stored', version }
      })
    },

    async delete({ tenant, kind, id }, expectVersion) {
      assertStoreKeys({ tenant, kind, id })
      const key = documentKey({ tenant, kind, id })
      return transact(async (tables) => {
        const current = await tables.get('documents', key)
        if (!current) return 'missing'
        if (current.version !== expectVersion) return 'conflict'
        await tables.delete('documents', key)
        await tables.count(revisionOf({ tenant, kind }))
        return 'deleted'
      })
    },

    async list({ tenant, kind, cursor, limit }) {
      assertStoreKeys({ tenant, kind })
      assertPageLimit(limit)
      const page = await read((tables) => pageOf(tables, 'documents', { prefix: keyPrefix(tenant, kind), cursor, limit, keyLength: 3 }))
      return { ...page, items: page.items.map(shown) }
    },

    async revision({ tenant, kind }) {
      assertStoreKeys({ tenant, kind })
      return (await read((tables) => tables.get('counters', revisionOf({ tenant, kind }))))?.value ?? 0
    },
  }
}

function documentKey({ tenant, kind, id }: DocumentKey): string {
  return keyText(tenant, kind, id)
}

function revisionOf({ tenant, kind }: Pick<DocumentKey, 'tenant' | 'kind'>): string {
  return keyText('documents', tenant, kind)
}

function shown({ lastAttemptId: _, ...row }: Records['documents']): DocumentRow {
  return row
}
