import type { CredentialRow } from '@holdfast/vault-core/store'
import type { Kysely } from 'kysely'
import { credentialColumns } from '../credential-columns.js'
import type { StoreSchema } from '../schema.js'
import { toCredentialRow } from './credential-row.js'
import { type CredentialKeyColumns, whereKey } from './where-key.js'

export async function findRow(db: Kysely<StoreSchema>, key: CredentialKeyColumns): Promise<CredentialRow | undefined> {
  const row = await db.selectFrom('credentials').select(credentialColumns).where(whereKey(key)).executeTakeFirst()
  return row && toCredentialRow(row)
}
