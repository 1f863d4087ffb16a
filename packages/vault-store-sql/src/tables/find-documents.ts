import type { DocumentKey } from '@holdfast/vault-core/store'
import { type ExpressionBuilder, type Kysely, type Selectable, sql } from 'kysely'
import type { Dialect } from '../dialect.js'
import { sharedReads } from '../reading/shared-reads.js'
import type { DocumentsTable, StoreSchema } from '../schema.js'
import type { Reader, SqlDatabase } from '../sql-database.js'
import { type StatementParts, statement } from '../statement.js'

export type DocumentColumns = Selectable<DocumentsTable>
type DocumentKeyColumns = Pick<DocumentColumns, 'tenant' | 'kind' | 'id'>

/** Finds a document by its key. */
export function findDocument(database: SqlDatabase): (db: Kysely<StoreSchema>, key: DocumentKey) => Promise<DocumentColumns | undefined> {
  const { exact } = database.dialect
  const find = statement(database, ({ db, slots }: StatementParts<DocumentKeyColumns>) =>
    db.selectFrom('documents').select(documentColumns).where(whereDocument(slots)),
  )
  return async (db, { tenant, kind, id }) => (await find(db, { tenant: exact(tenant), kind: exact(kind), id: exact(id) })).rows[0]
}

/** Reads documents by their keys; those that are asked for at the same time by one statement, where that saves a way to a server. */
export function documentReader(database: SqlDatabase): (db: Kysely<StoreSchema>) => Reader<DocumentKey, DocumentColumns> {
  const find = findDocument(database)
  const findNumbered = finders[database.dialect.name]?.(database)
  return (db) => {
    const one = async (key: DocumentKey): Promise<DocumentColumns | null> => (await find(db, key)) ?? null
    if (!findNumbered) return { one, many: (keys) => Promise.all(keys.map(one)) }
    const many = async (keys: readonly DocumentKey[]): Promise<readonly (DocumentColumns | null)[]> => {
      const found = new Map((await findNumbered(db, keys)).map((row) => [Number(row.n), row]))
      return keys.map((_, index) => found.get(index + 1) ?? null)
    }
    return sharedReads({ one, many }, documentName)
  }
}

/** Lengths keep parts apart that hold any character. */
function documentName({ tenant, kind, id }: DocumentKey): string {
  return `${tenant.length}:${kind.length}:${tenant}${kind}${id}`
}

/** With the place of its key, from 1. */
type Numbered = DocumentColumns & { readonly n: number | string }
type FindNumbered = (db: Kysely<StoreSchema>, keys: readonly DocumentKey[]) => Promise<readonly Numbered[]>
type KeyLists = Readonly<Record<'tenants' | 'kinds' | 'ids', readonly string[]>>

const finders: Partial<Record<Dialect['name'], (database: SqlDatabase) => FindNumbered>> = {
  postgres(database) {
    const find = statement(database, ({ db, slots: { tenants, kinds, ids } }: StatementParts<KeyLists>) => {
      const wanted = sql`unnest(${tenants}::text[], ${kinds}::text[], ${ids}::text[]) with ordinality as k (tenant, kind, id, n)`
      const query = sql<Numbered>`select k.n, ${columnsOfD} from ${wanted} join ${documents} d using (tenant, kind, id)`
      return { compile: () => query.compile(db) }
    })
    return async (db, keys) => {
      const lists = { tenants: keys.map(({ tenant }) => tenant), kinds: keys.map(({ kind }) => kind), ids: keys.map(({ id }) => id) }
      return (await find(db, lists)).rows
    }
  },

  mysql({ dialect }) {
    // As bytes, and looked up in the order of its rows, as credentials are.
    const columns = sql.raw(['tenant', 'kind', 'id'].map((name, index) => `${name} varbinary(765) path '$[${index}]'`).join(', '))
    return async (db, keys) => {
      const json = dialect.exact(JSON.stringify(keys.map(({ tenant, kind, id }) => [tenant, kind, id])))
      const wanted = sql`json_table(convert(${json} using utf8mb4), '$[*]' columns (n for ordinality, ${columns})) k`
      const isWanted = sql`d.tenant = k.tenant and d.kind = k.kind and d.id = k.id`
      return (await sql<Numbered>`select k.n, ${columnsOfD} from ${wanted} straight_join ${documents} d on ${isWanted}`.execute(db)).rows
    }
  },
}

const documents = sql.table('documents')
const documentColumns = ['tenant', 'kind', 'id', 'version', 'last_attempt_id', 'data', 'updated_at_ms'] as const
const columnsOfD = sql.raw(documentColumns.map((column) => `d.${column}`).join(', '))

function whereDocument({ tenant, kind, id }: DocumentKeyColumns) {
  return (eb: ExpressionBuilder<StoreSchema, 'documents'>) => eb.and({ tenant, kind, id })
}
