import { VaultError } from '@holdfast/vault-core'
import { type Kysely, sql } from 'kysely'
import type { StoreSchema } from '../schema.js'

interface Settings {
  readonly version: string
  readonly flush: number | string | null
}

/**
 * Looks at the server's version and at what it promises of a commit, and warns of what could be lost.
 *
 * @throws {VaultError} `invalid_configuration` when the server is too old to skip locked rows.
 */
export async function checkMysqlSettings(db: Kysely<StoreSchema>, warn: (message: string) => void): Promise<void> {
  const { rows } = await sql<Settings>`select version() as version, @@innodb_flush_log_at_trx_commit as flush`.execute(db)
  const [settings] = rows
  if (!settings) return
  const [, major = '0', minor = '0'] = /^(\d+)\.(\d+)/.exec(settings.version) ?? []
  const version = Number(major) + Number(minor) / 1_000
  if (version < (/mariadb/i.test(settings.version) ? 10.006 : 8)) {
    throw new VaultError(
      'invalid_configuration',
      `The server is version ${settings.version}; the vault needs MySQL 8.0 or MariaDB 10.6, or newer. Update the server.`,
    )
  }
  if (Number(settings.flush) !== 1)
    warn(
      `The server runs with innodb_flush_log_at_trx_commit=${settings.flush}: a crash may lose the commits of the last second, and rotated refresh tokens with them.`,
    )
}
