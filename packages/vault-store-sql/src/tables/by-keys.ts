import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely'
import type { Dialect } from '../dialect.js'
import type { StoreSchema } from '../schema.js'
import { type CredentialKeyColumns, whereKey } from './where-key.js'

/** A condition that holds for the credentials of some keys. */
export type IsOneOf = (eb: ExpressionBuilder<StoreSchema, 'credentials'>) => Expression<SqlBool>

/** Does the work for all of these keys, as many of them in one statement as the database looks up well. */
export async function byKeys(
  { name }: Dialect,
  keys: readonly CredentialKeyColumns[],
  work: (isOneOf: IsOneOf) => Promise<unknown>,
): Promise<void> {
  if (keys.length === 0) return
  if (name === 'postgres') {
    await work(inArrays(keys))
    return
  }
  for (let from = 0; from < keys.length; from += AT_ONCE) {
    const some = keys.slice(from, from + AT_ONCE)
    await work((eb) => eb.or(some.map((key) => whereKey(key)(eb))))
  }
}

/** Each is looked up in the index by itself. A thousand are too deep a condition for SQLite, and cost MySQL and MariaDB seconds to plan. */
const AT_ONCE = 100

/** Four parameters, however many keys there are. */
function inArrays(keys: readonly CredentialKeyColumns[]): IsOneOf {
  const column = (name: keyof CredentialKeyColumns) => sql`${keys.map((key) => key[name])}::text[]`
  const key = sql`(tenant, user_id, connection_id, account_id)`
  const wanted = sql`unnest(${column('tenant')}, ${column('user_id')}, ${column('connection_id')}, ${column('account_id')})`
  return () => sql<SqlBool>`${key} in (select * from ${wanted})`
}
