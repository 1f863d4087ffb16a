import type { Page } from '../page.js'
import { readCursor, writeCursor } from '../rules/cursor.js'
import { keyParts, keyText } from './key-text.js'
import { type Records, type TypedView, walk } from './records.js'

/** One page of a table's range. The cursor is the last key, so that a row that stays keeps its place and is met exactly once. */
export async function pageOf<T extends keyof Records>(
  tables: TypedView,
  table: T,
  query: { readonly prefix: string; readonly cursor?: string | undefined; readonly limit: number; readonly keyLength: number },
  isWanted: (record: Records[T]) => boolean = () => true,
): Promise<Page<Records[T]>> {
  const { prefix, cursor, limit, keyLength } = query
  const after = cursor === undefined ? undefined : keyText(...readCursor(cursor, keyLength))
  const items: Records[T][] = []
  let last = ''
  for await (const [key, record] of walk(tables, table, { prefix, ...(after !== undefined && { after }) }, limit + 1)) {
    if (!isWanted(record)) continue
    if (items.length === limit) return { items, cursor: writeCursor(keyParts(last)) }
    items.push(record)
    last = key
  }
  return { items }
}
