import type { CredentialQuery, CredentialRow, CredentialStore } from '../storage/contract.js'

const PAGE = 100

/** Every row that the query finds, page after page. For what one user has: all of them are held in memory. */
export async function allRows(
  credentials: CredentialStore,
  query: Omit<CredentialQuery, 'cursor' | 'limit'>,
): Promise<readonly CredentialRow[]> {
  const rows: CredentialRow[] = []
  let cursor: string | undefined
  do {
    const page = await credentials.list({ ...query, limit: PAGE, ...(cursor !== undefined && { cursor }) })
    rows.push(...page.items)
    cursor = page.cursor
  } while (cursor !== undefined)
  return rows
}
