import { mysqlStore } from '@holdfast/vault-store-sql'
import mysql from 'mysql2/promise'
import { alternate } from '../alternate.ts'
import { inMariadbDatabase } from '../databases.ts'
import { concurrently } from '../reading/concurrent.ts'
import { CONNECTION_ID, storeUsers } from '../reading/users.ts'
import { judge, type Row } from '../row.ts'

const OURS = 'getCredentials'
const FLOOR = 'bare mysql2, prepared select'
/** Both have as many connections. */
const CONNECTIONS = 10

/** Reading a token that lives out of MariaDB, so many callers at a time: how many, and what ours should come to at least. */
export const readMariadbRows: readonly Row[] = (
  [
    [1, 0.8],
    [16, 1.5],
    [64, 1.5],
  ] as const
).map(([callers, atLeast]) => ({
  name: `read-mariadb-${callers}`,
  title: `A token that lives, out of MariaDB, ${callers} at a time`,
  fairness:
    'The floor is one prepared statement of `mysql2` that selects the same row by its primary key through a pool, and opens nothing. The vault reads it, ' +
    'opens the token (or knows it by its sealed bytes), and judges its life; reads of several callers share a statement, and while a row is as the store last read it the database leaves out what is sealed in it. Both are in one process, over ' +
    'pools of ten connections to one server.',
  needs: ['MariaDB'],
  measure: (settings) =>
    inMariadbDatabase(async (url) => {
      const pool = mysql.createPool({ uri: url, connectionLimit: CONNECTIONS })
      const store = mysqlStore({ connectionString: url, maxConnections: CONNECTIONS })
      const { vault, userIds } = await storeUsers(store, settings.rounds > 1 ? 500 : 20)
      const text = 'select * from holdfast_credentials where tenant = ? and user_id = ? and connection_id = ? and account_id = ?'
      const bytes = (value: string): Buffer => Buffer.from(value)
      const [tenant, connectionId, accountId] = [bytes('default'), bytes(CONNECTION_ID), bytes('default')]
      try {
        const lines = await alternate(
          [
            concurrently(FLOOR, callers, userIds, (userId) => pool.execute(text, [tenant, bytes(userId), connectionId, accountId])),
            concurrently(OURS, callers, userIds, (userId) => vault.getCredentials({ connectionId: CONNECTION_ID, userId })),
          ],
          [FLOOR],
          settings,
        )
        return { lines, goals: judge([{ of: OURS, against: FLOOR, atLeast }], lines) }
      } finally {
        await vault.close()
        await store.close()
        await pool.end()
      }
    }),
}))
