import type { CredentialKey } from '@holdfast/vault-core/store'
import { quotedName, type TableNames } from '../names.js'
import type { AskedRow, KnownRows } from '../reading/known-rows.js'
import { type ReadColumns, selection } from '../reading/read-columns.js'
import type { CredentialReader, RunPrepared } from '../sql-database.js'

/** Reads by primary key. */
export function pgReader(names: TableNames, known: KnownRows, run: RunPrepared): CredentialReader {
  const table = quotedName(names, 'credentials', '"')
  const one = `select ${selection('c.version = $5 and c.last_attempt_id = $6')} from ${table} c where tenant = $1 and user_id = $2 and connection_id = $3 and account_id = $4`
  const many = `select k.n, ${selection('c.version = k.version and c.last_attempt_id = k.attempt_id')}
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[]) with ordinality as k (tenant, user_id, connection_id, account_id, version, attempt_id, n)
join ${table} c using (tenant, user_id, connection_id, account_id)`
  return {
    async one(key) {
      const { version, attemptId, take } = known.ask(key)
      const { tenant, userId, connectionId, accountId } = key
      const { rows } = await run<ReadColumns>(one, [tenant, userId, connectionId, accountId, version, attemptId])
      return take(rows[0])
    },
    async many(keys) {
      const asked = keys.map(known.ask)
      const column = (part: keyof CredentialKey): string[] => keys.map((key) => key[part])
      const knownAs = (part: 'version' | 'attemptId'): AskedRow[typeof part][] => asked.map((each) => each[part])
      const values = [
        ...[column('tenant'), column('userId'), column('connectionId'), column('accountId')],
        ...[knownAs('version'), knownAs('attemptId')],
      ]
      const { rows } = await run<ReadColumns & { readonly n: string }>(many, values)
      const found = new Map(rows.map((row) => [Number(row.n), row]))
      return asked.map(({ take }, index) => take(found.get(index + 1)))
    },
  }
}
