import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { memoryStore } from '@holdfast/vault-store-memory'
import { sqliteStore } from '@holdfast/vault-store-sql'
import { alternate } from '../alternate.ts'
import { type BareCipher, bareCipher } from '../reading/bare-cipher.ts'
import { bareEnvelope } from '../reading/bare-envelope.ts'
import { betterAuthAccounts } from '../reading/better-auth-accounts.ts'
import { concurrently } from '../reading/concurrent.ts'
import { ACCESS_TOKEN, CONNECTION_ID, storeUsers, vaultOver } from '../reading/users.ts'
import { judge, type Row, type Settings } from '../row.ts'

const OURS = 'getCredentials, each opened'
const REMEMBERED = 'getCredentials'
const PEER = 'better-auth getAccessToken'
const SQLITE_FLOOR = 'prepared select, open, parse'
const MEMORY_FLOOR = 'Map read, open, parse'
const SQLITE_LEAST = 'prepared select, hf1, parse'
const MEMORY_LEAST = 'Map read, hf1, parse'
const CALLERS = 16

const usersOf = ({ rounds }: Settings): number => (rounds > 1 ? 1_000 : 20)

const BOTH = `Both the vault and the floor open a token of 900 characters; the floor by Node's AES-256-GCM with one key for everything, no derivation and no commitment. With "hf1" it opens a value in the vault's format instead, and does nothing else that the vault does. \
By itself the vault remembers what it opened lately, by its sealed bytes, and reads the row each time all the same; with \`maxOpenedTokens: 0\` it opens the token each time. ${CALLERS} callers at a time.`

export const readSqliteRow: Row = {
  name: 'read-sqlite',
  title: 'A token that lives, out of SQLite',
  fairness: `The floor is one prepared select by primary key of \`node:sqlite\`, in a file with the same pragmas. ${BOTH} Of a row that it has read before, the store reads what can move without a new version, and the rest where the version is another. better-auth is over the same library, and keeps its tokens encrypted.`,
  async measure(settings) {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'))
    const store = sqliteStore({ path: join(folder, 'ours.db') })
    const { vault, userIds, keyring } = await storeUsers(store, usersOf(settings))
    const opening = vaultOver(store, keyring, { maxOpenedTokens: 0 })
    const floor = new DatabaseSync(join(folder, 'floor.db'))
    floor.exec('pragma journal_mode = wal; pragma synchronous = full')
    const bySelect = (table: string, { seal, open }: BareCipher): ((userId: string) => Promise<unknown>) => {
      floor.exec(`create table ${table} (user_id text primary key, token blob not null)`)
      const insert = floor.prepare(`insert into ${table} values (?, ?)`)
      for (const userId of userIds) insert.run(userId, seal(ACCESS_TOKEN))
      const select = floor.prepare(`select token from ${table} where user_id = ?`)
      return async (userId) => open(select.get(userId)?.token as Uint8Array)
    }
    const peer = new DatabaseSync(join(folder, 'peer.db'))
    peer.exec('pragma journal_mode = wal; pragma synchronous = normal')
    const getAccessToken = await betterAuthAccounts(peer, userIds)
    try {
      const lines = await alternate(
        [
          concurrently(SQLITE_FLOOR, CALLERS, userIds, bySelect('by_aes', bareCipher())),
          concurrently(SQLITE_LEAST, CALLERS, userIds, bySelect('by_hf1', bareEnvelope())),
          concurrently(OURS, CALLERS, userIds, (userId) => opening.getCredentials({ connectionId: CONNECTION_ID, userId })),
          concurrently(REMEMBERED, CALLERS, userIds, (userId) => vault.getCredentials({ connectionId: CONNECTION_ID, userId })),
          concurrently(PEER, CALLERS, userIds, getAccessToken),
        ],
        [SQLITE_FLOOR, SQLITE_LEAST, PEER],
        settings,
      )
      const goals = [
        { of: OURS, against: SQLITE_FLOOR, atLeast: 0.45 },
        { of: REMEMBERED, against: SQLITE_FLOOR, atLeast: 0.8 },
        { of: REMEMBERED, against: PEER, atLeast: 20 },
      ]
      return { lines, goals: judge(goals, lines) }
    } finally {
      await Promise.all([vault.close(), opening.close()])
      await store.close()
      for (const database of [floor, peer]) database.close()
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

export const readMemoryRow: Row = {
  name: 'read-memory',
  title: 'A token that lives, out of the memory store',
  fairness: `The floor reads a \`Map\`. ${BOTH}`,
  async measure(settings) {
    const store = memoryStore()
    const { vault, userIds, keyring } = await storeUsers(store, usersOf(settings))
    const opening = vaultOver(store, keyring, { maxOpenedTokens: 0 })
    const byMap = ({ seal, open }: BareCipher): ((userId: string) => Promise<unknown>) => {
      const rows = new Map(userIds.map((userId) => [userId, seal(ACCESS_TOKEN)]))
      return async (userId) => open(rows.get(userId) ?? new Uint8Array())
    }
    try {
      const lines = await alternate(
        [
          concurrently(MEMORY_FLOOR, CALLERS, userIds, byMap(bareCipher())),
          concurrently(MEMORY_LEAST, CALLERS, userIds, byMap(bareEnvelope())),
          concurrently(OURS, CALLERS, userIds, (userId) => opening.getCredentials({ connectionId: CONNECTION_ID, userId })),
          concurrently(REMEMBERED, CALLERS, userIds, (userId) => vault.getCredentials({ connectionId: CONNECTION_ID, userId })),
        ],
        [MEMORY_FLOOR, MEMORY_LEAST],
        settings,
      )
      const goals = [
        { of: OURS, against: MEMORY_FLOOR, atLeast: 0.45 },
        { of: REMEMBERED, against: MEMORY_FLOOR, atLeast: 0.8 },
      ]
      return { lines, goals: judge(goals, lines) }
    } finally {
      await Promise.all([vault.close(), opening.close()])
      await store.close()
    }
  },
}
