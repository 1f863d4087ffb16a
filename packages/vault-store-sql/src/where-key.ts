import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import type { CredentialsTable, StoreSchema } from './schema.js'

export type CredentialKeyColumns = Pick<CredentialsTable, 'tenant' | 'user_id' | 'connection_id' | 'account_id'>

/** One credential by its whole key, tenant and user first, as the index has it. */
export function whereKey(key: CredentialKeyColumns): (eb: ExpressionBuilder<StoreSchema, 'credentials'>) => Expression<SqlBool> {
  const { tenant, user_id, connection_id, account_id } = key
  return (eb) => eb.and({ tenant, user_id, connection_id, account_id })
}
