import type { AuditEntry, AuditStore, NewAuditEntry } from '../contract.js'
import { assertAuditEntries, assertMilliseconds, assertPageLimit } from '../rules/store-arguments.js'
import { assertStoreKeys } from '../rules/store-key.js'
import type { EngineRuns } from './engine-runs.js'
import { keyPrefix, keyText } from './key-text.js'
import type { TypedTransaction } from './records.js'

export function engineAudit({ read, transact }: EngineRuns): AuditStore {
  return {
    async append(entries) {
      assertAuditEntries(entries)
      await transact((tables, nowMs) => addAudit(tables, entries, nowMs))
    },

    async list({ tenant, afterSequence = 0, limit }) {
      assertStoreKeys({ tenant })
      assertPageLimit(limit)
      assertMilliseconds(afterSequence, 'afterSequence')
      const range = { prefix: keyPrefix(tenant), after: keyText(tenant, afterSequence), limit }
      const entries = await read((tables) => tables.scan('audit', range))
      return entries.map(([, entry]): AuditEntry => ({ ...entry }))
    },
  }
}

/** Appends entries in the transaction under way; one that is there already is left as it is. */
export async function addAudit(tables: TypedTransaction, entries: readonly NewAuditEntry[], atMs: number): Promise<void> {
  for (const { tenant, id, data } of entries) {
    if (await tables.get('entries', keyText(tenant, id))) continue
    const sequence = await tables.count(keyText('audit', tenant))
    await tables.set('audit', keyText(tenant, sequence), { tenant, id, data, sequence, atMs })
    await tables.set('entries', keyText(tenant, id), { sequence })
  }
}
