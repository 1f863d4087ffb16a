import { VaultError } from '@holdfast/vault-core'
import { type Kysely, sql } from 'kysely'
import type { StoreSchema } from '../schema.js'

interface Settings {
  readonly synchronous_commit: string | null
  readonly fsync: string | null
  readonly is_replica: boolean | null
}

/**
 * Looks at what the server promises of a commit, and warns of what could be lost.
 *
 * @throws {VaultError} `invalid_configuration` when the server is a replica.
 */
export async function checkPgSettings(db: Kysely<StoreSchema>, warn: (message: string) => void): Promise<void> {
  const query = sql<Settings>`select current_setting('synchronous_commit', true) as synchronous_commit,
    current_setting('fsync', true) as fsync, pg_is_in_recovery() as is_replica`
  const settings = await query.execute(db).then(
    ({ rows }) => rows[0],
    // What speaks PostgreSQL's protocol without these settings has its own ways.
    () => undefined,
  )
  if (!settings) return
  if (settings.is_replica) {
    throw new VaultError('invalid_configuration', 'The PostgreSQL server is a read replica. Leases need the primary: connect to that.')
  }
  if (settings.synchronous_commit === 'off')
    warn(
      'PostgreSQL runs with synchronous_commit=off: a crash of the server may lose the last commits, and rotated refresh tokens with them.',
    )
  if (settings.fsync === 'off') warn('PostgreSQL runs with fsync=off: a loss of power may destroy the whole database.')
}
