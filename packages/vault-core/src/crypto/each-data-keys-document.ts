import type { DocumentRow, DocumentStore } from '../storage/contract.js'
import { DATA_KEY_KIND, dataKeysDocument } from './stored-data-keys.js'

const PAGE = 200

/** All documents that hold data keys, the tenant's own first, each with the cursor of its page: from there the rest can be read. */
export async function* eachDataKeysDocument(
  documents: DocumentStore,
  tenant: string,
  from?: string,
): AsyncGenerator<{ readonly row: DocumentRow; readonly cursor: string | undefined }> {
  let cursor = from
  const own = cursor === undefined ? await documents.get(dataKeysDocument(tenant, '')) : null
  if (own) yield { row: own, cursor }
  for (;;) {
    const page = await documents.list({ tenant, kind: DATA_KEY_KIND, limit: PAGE, ...(cursor !== undefined && { cursor }) })
    for (const row of page.items) yield { row, cursor }
    if (page.cursor === undefined) return
    cursor = page.cursor
  }
}

/** Whose data keys a document holds; empty for the tenant's own. */
export function userOfDocument({ kind, id }: Pick<DocumentRow, 'kind' | 'id'>): string {
  return kind === DATA_KEY_KIND ? id : ''
}
