import { postgresStore } from '@holdfast/vault-store-sql'
import pg from 'pg'
import { alternate } from '../alternate.ts'
import { inPostgresSchema } from '../databases.ts'
import { betterAuthAccounts } from '../reading/better-auth-accounts.ts'
import { concurrently } from '../reading/concurrent.ts'
import { CONNECTION_ID, storeUsers, vaultOver } from '../reading/users.ts'
import { type Goal, judge, type Row } from '../row.ts'

const OURS = 'getCredentials'
const CACHED = 'getCredentials, credentialCache'
const WHOLE = 'getCredentials, rows sent whole'
const FLOOR = 'bare pg, named select'
const PEER = 'better-auth getAccessToken'
/** All contenders have as many connections. */
const CONNECTIONS = 10

const goalsAt = new Map<number, readonly Goal[]>([
  [
    1,
    [
      { of: OURS, against: FLOOR, atLeast: 0.8 },
      { of: OURS, against: PEER, atLeast: 6 },
      { of: CACHED, against: OURS, atLeast: 5 },
    ],
  ],
  [16, [{ of: OURS, against: FLOOR, atLeast: 1.5 }]],
  [
    64,
    [
      { of: OURS, against: FLOOR, atLeast: 1.5 },
      { of: OURS, against: PEER, atLeast: 12 },
    ],
  ],
])

/** Reading a token that lives out of PostgreSQL, so many callers at a time. */
export const readPostgresRows: readonly Row[] = [...goalsAt].map(([callers, goals]) => ({
  name: `read-postgres-${callers}`,
  title: `A token that lives, out of PostgreSQL, ${callers} at a time`,
  fairness:
    'The floor is one prepared statement of `pg` that selects the same row by its primary key through a pool, and opens nothing. The vault reads it, ' +
    'opens the token (or knows it by its sealed bytes), and judges its life; reads of several callers share a statement, and while a row is as the store last read it the database leaves out what is sealed in it ("rows sent whole" goes without that). With `credentialCache` each row is read every five seconds, and fifty users ask instead of five hundred. better-auth keeps its tokens ' +
    'encrypted, and is asked on the server, for a user by id. All are in one process, over pools of ten connections to one server.',
  needs: ['PostgreSQL'],
  measure: (settings) =>
    inPostgresSchema(async ({ url, schema }) => {
      const users = settings.rounds > 1 ? 500 : 20
      const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS, options: `-c search_path=${schema}` })
      const store = postgresStore({ connectionString: url, schema, maxConnections: CONNECTIONS })
      const { vault, userIds, keyring } = await storeUsers(store, users)
      const remembersNothing = postgresStore({ connectionString: url, schema, maxConnections: CONNECTIONS, maxRememberedRows: 0 })
      const whole = vaultOver(remembersNothing, keyring)
      const caching = vaultOver(store, keyring, { credentialCache: { maxAgeMs: 5_000 } })
      const hot = userIds.slice(0, 50)
      await Promise.all(hot.map((userId) => caching.getCredentials({ connectionId: CONNECTION_ID, userId })))
      const text = 'select * from holdfast_credentials where tenant = $1 and user_id = $2 and connection_id = $3 and account_id = $4'
      const getAccessToken = await betterAuthAccounts(pool, userIds)
      try {
        const lines = await alternate(
          [
            concurrently(FLOOR, callers, userIds, (userId) =>
              pool.query({ name: 'floor', text, values: ['default', userId, CONNECTION_ID, 'default'] }),
            ),
            concurrently(OURS, callers, userIds, (userId) => vault.getCredentials({ connectionId: CONNECTION_ID, userId })),
            concurrently(WHOLE, callers, userIds, (userId) => whole.getCredentials({ connectionId: CONNECTION_ID, userId })),
            concurrently(CACHED, callers, hot, (userId) => caching.getCredentials({ connectionId: CONNECTION_ID, userId })),
            concurrently(PEER, callers, userIds, getAccessToken),
          ],
          [FLOOR, PEER, OURS],
          settings,
        )
        return {
          lines,
          goals: judge(goals, lines),
        }
      } finally {
        await Promise.all([vault.close(), whole.close(), caching.close()])
        await Promise.all([store.close(), remembersNothing.close()])
        await pool.end()
      }
    }),
}))
