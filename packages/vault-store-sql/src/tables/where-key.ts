import type { CredentialKey } from '@holdfast/vault-core/store'
import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import type { Dialect } from '../dialect.js'
import type { CredentialsTable, StoreSchema } from '../schema.js'

export type CredentialKeyColumns = Pick<CredentialsTable, 'tenant' | 'user_id' | 'connection_id' | 'account_id'>

/** The key of a credential as its columns. */
export function keyColumns({ exact }: Dialect, { tenant, userId, connectionId, accountId }: CredentialKey): CredentialKeyColumns {
  return { tenant: exact(tenant), user_id: exact(userId), connection_id: exact(connectionId), account_id: exact(accountId) }
}

/** One credential by its whole key, tenant and user first, as the index has it. */
export function whereKey(key: CredentialKeyColumns): (eb: ExpressionBuilder<StoreSchema, 'credentials'>) => Expression<SqlBool> {
  const { tenant, user_id, connection_id, account_id } = key
  return (eb) => eb.and({ tenant, user_id, connection_id, account_id })
}
