import {
  assertCompanions,
  assertPageLimit,
  assertStoreKeys,
  assertStoreValue,
  type DocumentRow,
  type DocumentStore,
  readCursor,
  writeCursor,
} from '@holdfast/vault-core/store'
import { textOf } from '../dialect.js'
import { RowMoved } from '../failures/row-moved.js'
import type { SqlDatabase } from '../sql-database.js'
import { addCompanions } from './companions.js'
import { advance, readCounter } from './counters.js'
import { type DocumentColumns, documentReader, findDocument } from './find-documents.js'
import { insertUnlessThere } from './insert-unless-there.js'

export function sqlDocuments(database: SqlDatabase): DocumentStore {
  const { dialect, run, transact } = database
  const { exact, nowMs } = dialect
  const find = findDocument(database)
  const readerOver = documentReader(database)
  let reader: ReturnType<typeof readerOver> | undefined

  return {
    async get({ tenant, kind, id }) {
      assertStoreKeys({ tenant, kind, id })
      const row = await run((db) => {
        reader ??= readerOver(db)
        return reader.one({ tenant, kind, id })
      })
      return row ? toDocumentRow(row) : null
    },

    async put({ tenant, kind, id, data, expect, attemptId, also }) {
      assertStoreKeys({ tenant, kind, id, attemptId })
      assertStoreValue(data, 'data')
      assertCompanions(also)
      const key = { tenant: exact(tenant), kind: exact(kind), id: exact(id) }
      const version = expect === 'absent' ? 1 : expect + 1
      const content = { version, last_attempt_id: exact(attemptId), data: exact(data), updated_at_ms: nowMs() }
      return transact(async (db) => {
        const written =
          expect === 'absent'
            ? await insertUnlessThere(db, dialect, 'documents', [{ ...key, ...content }])
            : Number(
                (
                  await db
                    .updateTable('documents')
                    .set(content)
                    .where((eb) => eb.and({ ...key, version: expect }))
                    .where('last_attempt_id', '!=', exact(attemptId))
                    .executeTakeFirst()
                ).numUpdatedRows,
              )
        if (written === 0) {
          const current = await find(db, { tenant, kind, id })
          if (current && textOf(current.last_attempt_id) === attemptId) return { outcome: 'stored', version: Number(current.version) }
          // What was in the way went before it could be looked at.
          if (expect === 'absent' ? !current : Number(current?.version) === expect) throw new RowMoved()
          return { outcome: 'conflict', current: current ? toDocumentRow(current) : null }
        }
        await advance(db, dialect, { tenant, topic: 'documents', name: kind }, 1)
        await addCompanions(db, dialect, also)
        return { outcome: 'stored', version }
      })
    },

    async delete({ tenant, kind, id }, expectVersion) {
      assertStoreKeys({ tenant, kind, id })
      const key = { tenant: exact(tenant), kind: exact(kind), id: exact(id) }
      return transact(
        async (db) => {
          const { numDeletedRows } = await db
            .deleteFrom('documents')
            .where((eb) => eb.and({ ...key, version: expectVersion }))
            .executeTakeFirst()
          if (numDeletedRows === 0n) {
            const current = await find(db, { tenant, kind, id })
            if (Number(current?.version) === expectVersion) throw new RowMoved()
            return current ? 'conflict' : 'missing'
          }
          await advance(db, dialect, { tenant, topic: 'documents', name: kind }, 1)
          return 'deleted'
        },
        { once: true },
      )
    },

    async list({ tenant, kind, cursor, limit }) {
      assertStoreKeys({ tenant, kind })
      assertPageLimit(limit)
      const after = cursor === undefined ? undefined : readCursor(cursor, 3)[2]
      const rows = await run((db) => {
        const query = db.selectFrom('documents').selectAll().where('tenant', '=', exact(tenant)).where('kind', '=', exact(kind))
        return (after === undefined ? query : query.where('id', '>', exact(after)))
          .orderBy('id')
          .limit(limit + 1)
          .execute()
      })
      const items = rows.slice(0, limit).map(toDocumentRow)
      const last = items.at(-1)
      return { items, ...(last && rows.length > limit && { cursor: writeCursor([tenant, kind, last.id]) }) }
    },

    async revision({ tenant, kind }) {
      assertStoreKeys({ tenant, kind })
      return run((db) => readCounter(db, dialect, { tenant, topic: 'documents', name: kind }))
    },
  }
}

function toDocumentRow({ tenant, kind, id, version, data, updated_at_ms: updatedAtMs }: DocumentColumns): DocumentRow {
  return {
    tenant: textOf(tenant),
    kind: textOf(kind),
    id: textOf(id),
    version: Number(version),
    data: textOf(data),
    updatedAtMs: Number(updatedAtMs),
  }
}
