import type { AuditEntry, AuditStore, NewAuditEntry } from '../contract.js'
import { assertAuditEntries, assertMilliseconds, assertPageLimit } from '../rules/store-arguments.js'
import { assertStoreKeys } from '../rules/store-key.js'
import type { EngineRuns } from './engine-runs.js'
import { keyPrefix, keyText } from './key-text.js'
import { type TypedTransaction, type TypedView, walk } from './records.js'

export function engineAudit({ read, transact }: EngineRuns): AuditStore {
  return {
    async append(entries) {
      assertAuditEntries(entries)
      await transact((tables, nowMs) => addAudit(tables, entries, nowMs))
    },

    async list({ tenant, subject, afterSequence = 0, limit }) {
      assertStoreKeys({ tenant, ...(subject !== undefined && { subject }) })
      assertPageLimit(limit)
      assertMilliseconds(afterSequence, 'afterSequence')
      return read((tables) =>
        subject === undefined
          ? listAll(tables, { tenant, afterSequence, limit })
          : listSubject(tables, { tenant, subject, afterSequence, limit }),
      )
    },

    async prune({ tenant, throughSequence }) {
      assertStoreKeys({ tenant })
      assertMilliseconds(throughSequence, 'throughSequence')
      return transact(async (tables) => {
        const going: AuditEntry[] = []
        for await (const [, entry] of walk(tables, 'audit', { prefix: keyPrefix(tenant) }, SCAN_CHUNK)) {
          if (entry.sequence > throughSequence) break
          going.push(entry)
        }
        for (const { id, subject, sequence } of going) {
          await tables.delete('audit', keyText(tenant, sequence))
          await tables.delete('entries', keyText(tenant, id))
          if (subject !== undefined) await tables.delete('subjects', keyText(tenant, subject, sequence))
        }
        return going.length
      })
    },
  }
}

const SCAN_CHUNK = 100

interface Stretch {
  readonly tenant: string
  readonly afterSequence: number
  readonly limit: number
}

async function listAll(tables: TypedView, { tenant, afterSequence, limit }: Stretch): Promise<readonly AuditEntry[]> {
  const entries = await tables.scan('audit', { prefix: keyPrefix(tenant), after: keyText(tenant, afterSequence), limit })
  return entries.map(([, entry]) => ({ ...entry }))
}

async function listSubject(
  tables: TypedView,
  { tenant, subject, afterSequence, limit }: Stretch & { readonly subject: string },
): Promise<readonly AuditEntry[]> {
  const range = { prefix: keyPrefix(tenant, subject), after: keyText(tenant, subject, afterSequence), limit }
  const places = await tables.scan('subjects', range)
  const entries = await Promise.all(places.map(([, { sequence }]) => tables.get('audit', keyText(tenant, sequence))))
  return entries.flatMap((entry) => (entry ? [{ ...entry }] : []))
}

/** Appends entries in the transaction under way; one that is there already is left as it is. */
export async function addAudit(tables: TypedTransaction, entries: readonly NewAuditEntry[], atMs: number): Promise<void> {
  for (const { tenant, id, subject, data } of entries) {
    if (await tables.get('entries', keyText(tenant, id))) continue
    const sequence = await tables.count(keyText('audit', tenant))
    await tables.set('audit', keyText(tenant, sequence), { tenant, id, ...(subject !== undefined && { subject }), data, sequence, atMs })
    await tables.set('entries', keyText(tenant, id), { sequence })
    if (subject !== undefined) await tables.set('subjects', keyText(tenant, subject, sequence), { sequence })
  }
}
