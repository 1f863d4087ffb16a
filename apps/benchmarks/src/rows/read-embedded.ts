import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { memoryStore } from '@holdfast/vault-store-memory'
import { sqliteStore } from '@holdfast/vault-store-sql'
import { alternate } from '../alternate.ts'
import { bareCipher } from '../reading/bare-cipher.ts'
import { betterAuthAccounts } from '../reading/better-auth-accounts.ts'
import { concurrently } from '../reading/concurrent.ts'
import { ACCESS_TOKEN, CONNECTION_ID, storeUsers, vaultOver } from '../reading/users.ts'
import { judge, type Row, type Settings } from '../row.ts'

const OURS = 'getCredentials, each opened'
const REMEMBERED = 'getCredentials'
const PEER = 'better-auth getAccessToken'
const SQLITE_FLOOR = 'prepared select, open, parse'
const MEMORY_FLOOR = 'Map read, open, parse'
const CALLERS = 16

const usersOf = ({ rounds }: Settings): number => (rounds > 1 ? 1_000 : 20)

const BOTH = `Both the vault and the floor open a token of 900 characters; the floor by Node's AES-256-GCM with one key for everything, no derivation and no commitment. \
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
    floor.exec('pragma journal_mode = wal; pragma synchronous = full; create table tokens (user_id text primary key, token blob not null)')
    const cipher = bareCipher()
    const insert = floor.prepare('insert into tokens values (?, ?)')
    for (const userId of userIds) insert.run(userId, cipher.seal(ACCESS_TOKEN))
    const select = floor.prepare('select token from tokens where user_id = ?')
    const peer = new DatabaseSync(join(folder, 'peer.db'))
    peer.exec('pragma journal_mode = wal; pragma synchronous = normal')
    const getAccessToken = await betterAuthAccounts(peer, userIds)
    try {
      const lines = await alternate(
        [
          concurrently(SQLITE_FLOOR, CALLERS, userIds, async (userId) => cipher.open(select.get(userId)?.token as Uint8Array)),
          concurrently(OURS, CALLERS, userIds, (userId) => opening.getCredentials({ connectionId: CONNECTION_ID, userId })),
          concurrently(REMEMBERED, CALLERS, userIds, (userId) => vault.getCredentials({ connectionId: CONNECTION_ID, userId })),
          concurrently(PEER, CALLERS, userIds, getAccessToken),
        ],
        [SQLITE_FLOOR, PEER],
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
    const cipher = bareCipher()
    const rows = new Map(userIds.map((userId) => [userId, cipher.seal(ACCESS_TOKEN)]))
    try {
      const lines = await alternate(
        [
          concurrently(MEMORY_FLOOR, CALLERS, userIds, async (userId) => cipher.open(rows.get(userId) ?? new Uint8Array())),
          concurrently(OURS, CALLERS, userIds, (userId) => opening.getCredentials({ connectionId: CONNECTION_ID, userId })),
          concurrently(REMEMBERED, CALLERS, userIds, (userId) => vault.getCredentials({ connectionId: CONNECTION_ID, userId })),
        ],
        [MEMORY_FLOOR],
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
