import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { extensionOf } from '@holdfast/vault-core'
import { describe, expect, it } from 'vitest'
import { openRefreshToken } from '../../../packages/vault-core/src/credentials/sealed-tokens.ts'
import { type DueCredential, insertAll } from './due-in-a-minute/credentials-due.ts'
import { startEndpoint, startRefreshWorker, type WorkerProcess } from './due-in-a-minute/due-processes.ts'
import { type DueSetup, dueStore, dueVault, MIN_VALIDITY_MS } from './due-in-a-minute/due-vault.ts'
import { mostInASecond, sharesWhileBothHaveWork } from './due-in-a-minute/endpoint-records.ts'
import { places } from './stampede/places.ts'
import { buildProcess } from './stampede/workers.ts'

const WORKERS = 4
const CREDENTIALS = Number(process.env.HOLDFAST_DUE_CREDENTIALS ?? 10_000)
/** The workers start then; nobody waits for that hour. */
const STARTS_IN_MS = 3_600_000

const postgres = places.find(({ name }) => name === 'PostgreSQL')

/**
 * All fall due within a minute: those of `calendar` in the forty seconds before the workers start, those of `drive` in the twenty after. A
 * worker that took the oldest first would leave `drive` waiting for half a minute.
 */
function fallingDue(startMs: number): readonly DueCredential[] {
  return Array.from({ length: CREDENTIALS }, (_, grant) => {
    const isCalendar = grant % 5 < 3
    const dueAtMs = Math.floor(startMs + (isCalendar ? -40_000 * Math.random() : 20_000 * Math.random()))
    // As the vault itself spreads them, for callers who want three minutes of life, before the end of a token of an hour.
    const expiresAtMs = Math.floor(dueAtMs + MIN_VALIDITY_MS + 150_000 + 150_000 * Math.random())
    const connectionId = isCalendar ? 'calendar' : 'drive'
    return { grant, connectionId, userId: `user-${grant % 50}`, accountId: `account-${grant}`, dueAtMs, expiresAtMs }
  })
}

describe(`${CREDENTIALS} credentials that fall due within a minute, ${WORKERS} workers, a provider that takes 200 requests a second`, () => {
  it.skipIf(!postgres?.isThere)(
    'each is refreshed once, before it expires, none is refused for the rate, and two connections have the same share',
    async () => {
      const made = await postgres?.make()
      if (made?.place.kind !== 'postgres') throw new TypeError('There is no PostgreSQL.')
      const endpoint = await startEndpoint()
      const setup: DueSetup = {
        connectionString: made.place.connectionString,
        schema: made.place.schema,
        tokenEndpoint: endpoint.url,
        key: randomBytes(32).toString('base64'),
        aheadMs: 0,
      }
      const store = dueStore(setup)
      const vault = dueVault(store, setup)
      const program = join(tmpdir(), `holdfast-refresh-worker-${process.pid}.mjs`)
      const workers: WorkerProcess[] = []
      try {
        const startMs = Date.now() + STARTS_IN_MS
        const credentials = fallingDue(startMs)
        await Promise.all([
          insertAll(vault, store, credentials),
          buildProcess(join(import.meta.dirname, 'due-in-a-minute', 'refresh-worker.process.ts'), program),
        ])

        const aheadMs = startMs - Date.now()
        for (let n = 0; n < WORKERS; n++) workers.push(startRefreshWorker(program, { ...setup, aheadMs }))
        while ((await endpoint.count()) < CREDENTIALS) await sleep(500)
        const ends = await Promise.all(workers.map((worker) => worker.end()))

        const records = await endpoint.records()
        const slackMs = records.map(({ grant, arrivedMs }) => (credentials[grant]?.expiresAtMs ?? 0) - (arrivedMs + aheadMs))
        const shares = sharesWhileBothHaveWork(records, ({ grant }) => credentials[grant]?.connectionId === 'calendar')
        const first = Math.min(...records.map(({ arrivedMs }) => arrivedMs))
        console.log(
          JSON.stringify({
            tookMs: Math.round(Math.max(...records.map(({ arrivedMs }) => arrivedMs)) - first),
            mostInASecond: mostInASecond(records),
            leastSlackMs: Math.round(Math.min(...slackMs)),
            shares: shares.map((share) => Math.round(share * 1_000) / 1_000),
            ends: ends.map(({ refreshed, failed }) => ({ refreshed, failed })),
          }),
        )
        expect(records.filter(({ answer }) => answer !== 'rotated')).toEqual([])
        expect(records.map(({ grant }) => grant).sort((a, b) => a - b)).toEqual(credentials.map(({ grant }) => grant))
        expect(slackMs.filter((ms) => ms <= 0)).toEqual([])
        for (const share of shares) {
          expect(share).toBeGreaterThan(0.4)
          expect(share).toBeLessThan(0.6)
        }
        expect(await refreshTokensIn(vault, store, credentials)).toEqual(credentials.map(({ grant }) => `refresh-${grant}-1`))
      } finally {
        for (const worker of workers) worker.kill()
        await endpoint.end()
        await vault.close()
        await made.remove()
        rmSync(program, { force: true })
      }
    },
    600_000,
  )
})

/** What each would be refreshed with next. */
async function refreshTokensIn(
  vault: ReturnType<typeof dueVault>,
  store: ReturnType<typeof dueStore>,
  credentials: readonly DueCredential[],
): Promise<readonly (string | undefined)[]> {
  const { sealer } = extensionOf(vault)
  const tokens: (string | undefined)[] = []
  for (let from = 0; from < credentials.length; from += 1_000) {
    const keys = credentials
      .slice(from, from + 1_000)
      .map(({ connectionId, userId, accountId }) => ({ tenant: vault.tenant, connectionId, userId, accountId }))
    for (const row of await store.credentials.getMany(keys)) tokens.push(row ? (await openRefreshToken(sealer, row))?.reveal() : undefined)
  }
  return tokens
}
