import { inPostgresSchema } from '../databases.ts'
import { alternateLoad } from '../http/alternate-load.ts'
import { type LoadedServer, startServer } from '../http/load.ts'
import { judge, type Row } from '../row.ts'

const EXPRESS_FLOOR = 'Express, the same JSON'
const ON_EXPRESS = 'the vault on Express'
const NODE_FLOOR = 'Node’s own server, the same JSON'
const FETCH_FLOOR = 'a fetch handler, the same JSON'
const ON_FETCH = 'the vault’s fetch handler'
const HONO_FLOOR = 'Hono, the same JSON'
const ON_HONO = 'the vault on Hono'
const POSTGRES_FLOOR = 'Express, a verified token that is kept, pg'

const HOW =
  'Each server is a process of its own, with 16 requests under way. What is compared is the processor time that one request takes of its ' +
  'server, all threads and the garbage collector included: the client, which shares the machine, does not count.'
const WHAT =
  'The vault verifies who asks (a token of the published SDK’s kind, verified before, its key looked up), checks the permission among a thousand access ' +
  'records, reads the credential, opens it, and judges its life.'

export const httpCredentialsRow: Row = {
  name: 'http-credentials',
  title: 'Read a credential over HTTP: the vault’s router on Express, over a memory store',
  fairness:
    'The floor is an Express route that answers the same JSON and does nothing else; Express by itself adds an ETag to it, where the vault sends ' +
    `none, and four headers more. ${WHAT} ${HOW}`,
  measure: (settings) =>
    withServers([startServer(EXPRESS_FLOOR, 'express-json'), startServer(ON_EXPRESS, 'express-vault')], async (servers) => {
      const lines = await alternateLoad(servers, [EXPRESS_FLOOR], settings)
      return { lines, goals: judge([{ of: ON_EXPRESS, against: EXPRESS_FLOOR, atLeast: 0.8 }], lines) }
    }),
}

export const httpFetchRow: Row = {
  name: 'http-fetch',
  title: 'The same by the bare fetch handler, on Node’s own server and on Hono',
  fairness:
    'The vault’s handler takes a Web Request and gives a Web Response; @hono/node-server puts it on Node’s server, as it does the floors, which answer the same ' +
    `JSON and do nothing else. Express, and Node’s own server with no Request and no Response around it, show what those cost. ${HOW}`,
  measure: (settings) => {
    const starting = [
      startServer(EXPRESS_FLOOR, 'express-json'),
      startServer(NODE_FLOOR, 'node-json'),
      startServer(FETCH_FLOOR, 'fetch-json'),
      startServer(ON_FETCH, 'fetch-vault'),
      startServer(HONO_FLOOR, 'hono-json'),
      startServer(ON_HONO, 'hono-vault'),
    ]
    return withServers(starting, async (servers) => ({
      lines: await alternateLoad(servers, [EXPRESS_FLOOR, FETCH_FLOOR, HONO_FLOOR], settings),
      goals: [],
    }))
  },
}

export const httpPostgresRow: Row = {
  name: 'http-postgres',
  title: 'The same on Express, over PostgreSQL',
  fairness:
    'The floor verifies the same token once and keeps that, reads the same row by one prepared select of `pg` through a pool of ten, and answers the same ' +
    `JSON; it checks no permission and opens nothing. ${WHAT} ${HOW} What the database takes is not counted on either side.`,
  needs: ['PostgreSQL'],
  measure: (settings) =>
    inPostgresSchema((one) =>
      inPostgresSchema((other) =>
        withServers(
          [startServer(POSTGRES_FLOOR, 'express-postgres', one), startServer(ON_EXPRESS, 'express-vault', other)],
          async (servers) => {
            const lines = await alternateLoad(servers, [POSTGRES_FLOOR], settings)
            return { lines, goals: judge([{ of: ON_EXPRESS, against: POSTGRES_FLOOR, atLeast: 0.85 }], lines) }
          },
        ),
      ),
    ),
}

async function withServers<T>(
  starting: readonly Promise<LoadedServer>[],
  work: (servers: readonly LoadedServer[]) => Promise<T>,
): Promise<T> {
  const servers = await Promise.all(starting)
  try {
    return await work(servers)
  } finally {
    await Promise.all(servers.map((server) => server.close()))
  }
}
