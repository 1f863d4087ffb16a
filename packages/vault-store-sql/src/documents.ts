import { assertPageLimit, type DocumentKey, type DocumentRow, type DocumentStore } from '@holdfast/vault-core'
import type { Kysely, Selectable } from 'kysely'
import { addCompanions, hasCompanions } from './companions.js'
import type { Executor } from './executor.js'
import type { DocumentsTable, StoreSchema } from './schema.js'
import { assertKeys, readCursor, writeCursor } from './store-arguments.js'

export function sqlDocuments(executor: Executor): DocumentStore {
  return {
    async get({ tenant, kind, id }) {
      assertKeys({ tenant, kind, id })
      const row = await executor.run((db) => find(db, { tenant, kind, id }))
      return row ? toDocumentRow(row) : null
    },

    async put({ tenant, kind, id, data, expect, attemptId, also }) {
      assertKeys({ tenant, kind, id, attemptId })
      const key = { tenant, kind, id }
      return executor.transact(async (db, nowMs) => {
        const current = await find(db, key)
        if (current?.last_attempt_id === attemptId) return { outcome: 'stored', version: current.version }
        if (expect === 'absent' ? current : current?.version !== expect)
          return { outcome: 'conflict', current: current ? toDocumentRow(current) : null }
        const version = (current?.version ?? 0) + 1
        const content = { version, last_attempt_id: attemptId, data, updated_at_ms: nowMs }
        if (current)
          await db
            .updateTable('documents')
            .set(content)
            .where((eb) => eb.and(key))
            .execute()
        else
          await db
            .insertInto('documents')
            .values({ ...key, ...content })
            .execute()
        if (hasCompanions(also)) await addCompanions(db, also, nowMs)
        return { outcome: 'stored', version }
      })
    },

    async delete({ tenant, kind, id }, expectVersion) {
      assertKeys({ tenant, kind, id })
      return executor.transact(async (db) => {
        const current = await find(db, { tenant, kind, id })
        if (!current) return 'missing'
        if (current.version !== expectVersion) return 'conflict'
        await db
          .deleteFrom('documents')
          .where((eb) => eb.and({ tenant, kind, id }))
          .execute()
        return 'deleted'
      })
    },

    async list({ tenant, kind, cursor, limit }) {
      assertKeys({ tenant, kind })
      assertPageLimit(limit)
      const [after] = cursor === undefined ? [] : readCursor(cursor, 1)
      const rows = await executor.run((db) => {
        const query = db.selectFrom('documents').selectAll().where('tenant', '=', tenant).where('kind', '=', kind)
        return (after === undefined ? query : query.where('id', '>', after))
          .orderBy('id')
          .limit(limit + 1)
          .execute()
      })
      const items = rows.slice(0, limit).map(toDocumentRow)
      const last = items.at(-1)
      return { items, ...(last && rows.length > limit && { cursor: writeCursor([last.id]) }) }
    },
  }
}

function find(db: Kysely<StoreSchema>, key: DocumentKey): Promise<Selectable<DocumentsTable> | undefined> {
  return db
    .selectFrom('documents')
    .selectAll()
    .where((eb) => eb.and({ tenant: key.tenant, kind: key.kind, id: key.id }))
    .executeTakeFirst()
}

function toDocumentRow({ tenant, kind, id, version, data, updated_at_ms: updatedAtMs }: Selectable<DocumentsTable>): DocumentRow {
  return { tenant, kind, id, version, data, updatedAtMs }
}
