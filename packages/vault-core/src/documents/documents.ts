import { isVaultError, VaultError } from '../errors.js'
import type { DocumentRow, DocumentStore } from '../storage/contract.js'

/** Rows asked for at once. */
const PAGE = 200

/** All documents of a kind. One that is there throughout is returned once. */
export async function listAllDocuments(documents: DocumentStore, tenant: string, kind: string): Promise<readonly DocumentRow[]> {
  const rows: DocumentRow[] = []
  let cursor: string | undefined
  do {
    const page = await documents.list({ tenant, kind, limit: PAGE, ...(cursor !== undefined && { cursor }) })
    rows.push(...page.items)
    cursor = page.cursor
  } while (cursor !== undefined)
  return rows
}

/** Reads a stored document with `parse`; what cannot be read is `store_unavailable`, with the cause, and never empty. */
export function readDocument<T>(row: DocumentRow, what: string, parse: (row: DocumentRow) => T): T {
  try {
    return parse(row)
  } catch (cause) {
    throw new VaultError(
      'store_unavailable',
      `A stored ${what} cannot be read by this version of the vault. Look into the document of this id.`,
      { cause },
    )
  }
}

/** What went wrong with the store, as `store_unavailable`: in the store's own words where it has some, for waiting mends no wrong tables. */
export function storeFailure(error: unknown): VaultError {
  if (isVaultError(error, 'store_unavailable')) return error
  const message = isVaultError(error, 'invalid_configuration') ? error.message : 'The store did not answer. Wait, then ask again.'
  return new VaultError('store_unavailable', message, { cause: error })
}
