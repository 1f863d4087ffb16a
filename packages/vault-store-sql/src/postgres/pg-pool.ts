import type { PostgresPool, PostgresPoolClient } from 'kysely'

/** Opens a pool of the vault's own. Connections that break while nobody uses them are replaced in silence. */
export async function openPgPool(connectionString: string, maxConnections: number): Promise<PostgresPool> {
  const { default: pg } = await import('pg')
  const pool = new pg.Pool({
    connectionString,
    max: maxConnections,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    application_name: 'holdfast',
  })
  pool.on('error', () => undefined)
  return pool
}

/** Pools and clients that are listened to: however many stores are made over one pool, each has one listener. */
const heard = new WeakSet<object>()

function hear(client: Partial<Emitter> | undefined): void {
  if (!client || heard.has(client)) return
  heard.add(client)
  client.on?.('error', () => undefined)
}

/**
 * The pool, but a connection that breaks while it is in use, between two statements of a transaction for one, does not
 * end the process: `pg` tells that as an event of the client, to which a pool listens only while the client is idle. The
 * next statement fails all the same.
 */
export function withoutCrashes(pool: PostgresPool & Partial<Emitter>): PostgresPool {
  if (!heard.has(pool)) {
    heard.add(pool)
    pool.on?.('connect', hear)
  }
  return {
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      const client: PostgresPoolClient & Partial<Emitter> = await pool.connect()
      hear(client)
      return client
    },
  }
}

interface Emitter {
  on(event: 'connect' | 'error', listener: (client?: Partial<Emitter>) => void): unknown
}
