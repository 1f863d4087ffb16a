import {
  assertDueQuery,
  assertPageLimit,
  assertStoreKeys,
  type CredentialStatus,
  type CredentialStore,
  readCursor,
  writeCursor,
} from '@holdfast/vault-core/store'
import { sql } from 'kysely'
import type { SqlDatabase } from '../sql-database.js'
import { byKeys } from './by-keys.js'
import { toCredentialRow } from './credential-row.js'

/** Credentials page by page, those that are due, and how many there are. */
export function sqlListings({ dialect, run, transact }: SqlDatabase): Pick<CredentialStore, 'list' | 'due' | 'counts'> {
  const { exact } = dialect
  return {
    async list({ tenant, userId, connectionId, status, hasRefreshToken, cursor, limit }) {
      assertStoreKeys({ tenant })
      assertPageLimit(limit)
      const after = cursor === undefined ? undefined : readCursor(cursor, 4).slice(1).map(exact)
      const rows = await run((db) => {
        let query = db.selectFrom('credentials').selectAll().where('tenant', '=', exact(tenant))
        if (userId !== undefined) query = query.where('user_id', '=', exact(userId))
        if (connectionId !== undefined) query = query.where('connection_id', '=', exact(connectionId))
        if (status !== undefined) query = query.where('status', '=', status)
        if (hasRefreshToken !== undefined) query = query.where('refresh_token', hasRefreshToken ? 'is not' : 'is', null)
        // The condition of the index of those that need attention, word for word: few beside those that are well.
        if ((status !== undefined && status !== 'active') || hasRefreshToken === false)
          query = query.where(sql<boolean>`(status <> 'active' or refresh_token is null)`)
        if (after) {
          const [user = '', connection = '', account = ''] = after
          // Spelt out, with a bound of its own on the first column: not every database finds a range of an index for tuples.
          query = query
            .where('user_id', '>=', user)
            .where(
              sql<boolean>`(user_id > ${user} or (user_id = ${user} and (connection_id > ${connection} or (connection_id = ${connection} and account_id > ${account}))))`,
            )
        }
        return query
          .orderBy('user_id')
          .orderBy('connection_id')
          .orderBy('account_id')
          .limit(limit + 1)
          .execute()
      })
      const items = rows.slice(0, limit).map(toCredentialRow)
      const last = items.at(-1)
      return {
        items,
        ...(last && rows.length > limit && { cursor: writeCursor([last.tenant, last.userId, last.connectionId, last.accountId]) }),
      }
    },

    async due(query) {
      assertDueQuery(query)
      const { tenant, dueBeforeMs, limit, excludeConnectionIds = [], postponeToMs } = query
      return transact(async (db) => {
        let found = db
          .selectFrom('credentials')
          .selectAll()
          .where('tenant', '=', exact(tenant))
          .where('due_at_ms', '<=', dueBeforeMs)
          .orderBy('due_at_ms')
          .limit(limit)
        if (excludeConnectionIds.length > 0) found = found.where('connection_id', 'not in', excludeConnectionIds.map(exact))
        // What another caller is just taking is his.
        const rows = await (dialect.locksRows && postponeToMs !== undefined ? found.forUpdate().skipLocked() : found).execute()
        if (postponeToMs === undefined || rows.length === 0) return rows.map(toCredentialRow)
        await byKeys(dialect, rows, (isOneOf) => db.updateTable('credentials').set({ due_at_ms: postponeToMs }).where(isOneOf).execute())
        return rows.map((row) => toCredentialRow({ ...row, due_at_ms: postponeToMs }))
      })
    },

    async counts({ tenant }) {
      assertStoreKeys({ tenant })
      const hasRefreshToken = sql<number>`case when refresh_token is null then 0 else 1 end`
      const rows = await run((db) =>
        db
          .selectFrom('credentials')
          .select(['status', hasRefreshToken.as('has_refresh_token'), (eb) => eb.fn.countAll().as('count')])
          .where('tenant', '=', exact(tenant))
          .groupBy(['status', hasRefreshToken])
          .execute(),
      )
      return rows.map(({ status, has_refresh_token: has, count }) => ({
        status: status as CredentialStatus,
        hasRefreshToken: Number(has) === 1,
        count: Number(count),
      }))
    },
  }
}
