import type { CredentialKey } from '@holdfast/vault-core/store'
import { credentialColumns } from '../credential-columns.js'
import { quotedName, type TableNames } from '../names.js'
import type { CredentialColumns } from '../schema.js'
import type { CredentialReader, RunPrepared } from '../sql-database.js'
import { toCredentialRow } from '../tables/credential-row.js'

/** Reads by primary key. */
export function pgReader(names: TableNames, run: RunPrepared): CredentialReader {
  const table = quotedName(names, 'credentials', '"')
  const one = `select ${credentialColumns.join(', ')} from ${table} where tenant = $1 and user_id = $2 and connection_id = $3 and account_id = $4`
  const many = `select k.n, ${credentialColumns.map((column) => `c.${column}`).join(', ')}
from unnest($1::text[], $2::text[], $3::text[], $4::text[]) with ordinality as k (tenant, user_id, connection_id, account_id, n)
join ${table} c using (tenant, user_id, connection_id, account_id)`
  return {
    async one({ tenant, userId, connectionId, accountId }) {
      const { rows } = await run<CredentialColumns>(one, [tenant, userId, connectionId, accountId])
      return rows[0] ? toCredentialRow(rows[0]) : null
    },
    async many(keys) {
      const column = (part: keyof CredentialKey): string[] => keys.map((key) => key[part])
      const values = [column('tenant'), column('userId'), column('connectionId'), column('accountId')]
      const { rows } = await run<CredentialColumns & { readonly n: string }>(many, values)
      const found = new Map(rows.map((row) => [Number(row.n), row]))
      return keys.map((_, index) => {
        const row = found.get(index + 1)
        return row ? toCredentialRow(row) : null
      })
    },
  }
}
