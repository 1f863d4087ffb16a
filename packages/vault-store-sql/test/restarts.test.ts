import { isVaultError, type VaultStore } from '@holdfast/vault-core'
import { describe, expect, it } from 'vitest'
import type { DatabaseServer } from '../../../scripts/services/database-server.ts'
import { startMariadb } from '../../../scripts/services/mariadb-server.ts'
import { startPostgres } from '../../../scripts/services/postgres-server.ts'
import { mysqlStore, postgresStore } from '../src/index.js'
import { KEY, newCredential } from './fixtures/rows.js'
import { hasMariadb, hasPostgres } from './fixtures/servers.js'

const USERS = ['a', 'b', 'c', 'd']

interface Server {
  readonly name: string
  readonly isThere: boolean
  start(): Promise<DatabaseServer>
  open(url: string): VaultStore
}

// Servers of the tests' own: those of the machine are not ours to restart.
const servers: readonly Server[] = [
  { name: 'PostgreSQL', isThere: hasPostgres, start: () => startPostgres(), open: (url) => postgresStore({ connectionString: url }) },
  { name: 'MariaDB', isThere: hasMariadb, start: () => startMariadb(), open: (url) => mysqlStore({ connectionString: url }) },
]

describe.each(servers)('a server that is restarted in the middle: $name', ({ isThere, start, open }) => {
  it.skipIf(!isThere)(
    'killed and stopped by turns: nothing acknowledged is lost, and the store recovers by itself',
    async () => {
      const server = await start()
      const store = open(server.url)
      try {
        for (const userId of USERS) await store.credentials.insert({ ...newCredential('first'), userId })
        const isOver = new AbortController()
        const counts = USERS.map(() => 0)
        const writers = USERS.map((userId, index) =>
          write(store, userId, isOver.signal, () => {
            counts[index] = (counts[index] ?? 0) + 1
          }),
        )
        // Each has written some more, however slow the disk is, and is in the middle of it.
        const untilAllWrote = async (): Promise<void> => {
          const before = [...counts]
          await expect.poll(() => counts.every((count, index) => count >= (before[index] ?? 0) + 4)).toBe(true)
        }
        for (const end of ['kill', 'stop', 'kill'] as const) {
          await untilAllWrote()
          await server[end]()
          await server.start()
        }
        await untilAllWrote()
        isOver.abort()
        const results = await Promise.all(writers)
        for (const [index, { acknowledged }] of results.entries()) {
          expect(await store.credentials.get({ ...KEY, userId: USERS[index] ?? '' })).toMatchObject({
            secretRev: acknowledged,
            version: acknowledged + 1,
          })
          expect(acknowledged).toBeGreaterThan(10)
        }
        expect(results.flatMap(({ failures }) => failures).filter((code) => code !== 'store_unavailable')).toEqual([])
      } finally {
        await store.close()
        await server.remove()
      }
    },
    120_000,
  )
})

/** Writes on and on; what fails is asked again under the same attempt id until it is acknowledged. */
async function write(
  store: VaultStore,
  userId: string,
  isOver: AbortSignal,
  acknowledge: () => void,
): Promise<{ acknowledged: number; failures: string[] }> {
  const failures: string[] = []
  for (let n = 0; ; n++) {
    const change = { key: { ...KEY, userId }, attemptId: `write-${n}`, expect: { version: n + 1 }, set: { secretRev: n + 1 } }
    for (;;) {
      try {
        expect((await store.credentials.update(change)).outcome).toBe('updated')
        break
      } catch (error) {
        if (!isVaultError(error)) throw error
        failures.push(error.code)
      }
    }
    acknowledge()
    if (isOver.aborted) return { acknowledged: n + 1, failures }
  }
}
