import { randomUUID } from 'node:crypto'
import { atOnce } from '../at-once.ts'
import { type Child, startChild } from '../child-process.ts'
import { inPostgresSchema } from '../databases.ts'
import { median } from '../median.ts'
import { startProvider, type Tokens } from '../provider/provider.ts'
import { judge, type Line, type Row, type RowResult, type Settings } from '../row.ts'
import { CONNECTION_ID, newPlace, openVault } from '../vault-place.ts'
import type { WorkerAnswers } from '../worker/worker.process.ts'

const CONCURRENCY = 16
/** How many at a time are made ready for it. */
const FILLING = 8
const PLAIN = 'oauth4webapi'
const BY_HAND = 'oauth4webapi, three writes'
const OURS = 'the worker'

const fairness =
  'A real authorization server (oidc-provider) in a process of its own. The worker finds what is due in PostgreSQL, and claims, marks, opens, seals and writes each ' +
  'credential. The plain requests take refresh tokens from a list, and forget what they get. "Three writes" claims a row, marks it as sent and writes the answer beside ' +
  'that, by three prepared statements of `pg`, each with its commit: what no crash may lose a refresh token costs at least; it seals nothing. All have ' +
  `${CONCURRENCY} requests under way in each process, and all share two cores with the server and the database.`

export const workerRows: readonly Row[] = [100, 0].map((latencyMs) => ({
  name: latencyMs === 0 ? 'worker-no-latency' : 'worker',
  title: `Refreshes a second, from a provider ${latencyMs === 0 ? 'without latency' : `that takes ${latencyMs} ms`}: the worker, and plain requests of oauth4webapi`,
  fairness,
  needs: ['PostgreSQL'],
  measure: (settings) => measure(latencyMs, settings),
}))

/** Measures them in turn, round after round. The first round is for the engine to warm up, and does not count. */
function measure(latencyMs: number, settings: Settings): Promise<RowResult> {
  return inPostgresSchema(async (schema) => {
    const [rounds, grants] = settings.rounds > 1 ? [4, 480] : [2, 12]
    const provider = await startProvider({ latencyMs: 0, accessTokenTtlS: 3_600 })
    const place = newPlace(provider, schema)
    const { vault, close } = await openVault(place, { background: false, refreshAhead: true })
    const newGrants = async (): Promise<readonly Tokens[]> => {
      await provider.delay(0)
      const made = await atOnce(Array.from({ length: grants }), FILLING, () => provider.newGrant())
      await provider.delay(latencyMs)
      return made
    }
    const storeAsDue = async ({ accessToken, refreshToken }: Tokens): Promise<void> => {
      const expiresAt = new Date(Date.now() - 60_000)
      await vault.importCredential({ connectionId: CONNECTION_ID, userId: randomUUID(), accessToken, refreshToken, expiresAt })
    }
    const perSecond = async (work: () => Promise<unknown>): Promise<number> => {
      const before = await provider.refreshes()
      const began = performance.now()
      await work()
      const tookMs = performance.now() - began
      const refreshed = (await provider.refreshes()) - before
      if (refreshed !== grants) throw new Error(`${refreshed} of ${grants} were refreshed.`)
      return (refreshed * 1_000) / tookMs
    }

    const roundsOf = async (children: readonly Child<WorkerAnswers>[]): Promise<Readonly<Record<string, readonly number[]>>> => {
      const share = Math.ceil(grants / children.length)
      const fromList = async (how: 'refresh' | 'refreshByHand'): Promise<number> => {
        const tokens = (await newGrants()).map(({ refreshToken }) => refreshToken)
        const shareOf = (index: number) => tokens.slice(index * share, (index + 1) * share)
        if (how === 'refreshByHand') await children[0]?.ask('storeByHand', tokens)
        return perSecond(() =>
          Promise.all(children.map((child, index) => child.ask(how, { refreshTokens: shareOf(index), concurrency: CONCURRENCY }))),
        )
      }
      const fromStore = async (): Promise<number> => {
        await atOnce(await newGrants(), FILLING, storeAsDue)
        return perSecond(() => Promise.all(children.map((child) => child.ask('work', CONCURRENCY))))
      }
      const measured: { [contender: string]: number[] } = { [PLAIN]: [], [BY_HAND]: [], [OURS]: [] }
      for (let round = 0; round < rounds; round++) {
        measured[PLAIN]?.push(await fromList('refresh'))
        measured[BY_HAND]?.push(await fromList('refreshByHand'))
        measured[OURS]?.push(await fromStore())
      }
      return Object.fromEntries(Object.entries(measured).map(([contender, all]) => [contender, all.slice(1)]))
    }

    try {
      const lines: Line[] = []
      for (const processes of [1, 2]) {
        const children = Array.from({ length: processes }, () =>
          startChild<WorkerAnswers>(new URL('../worker/worker.process.ts', import.meta.url)),
        )
        try {
          // One after the other: the first makes the table of those that write by hand.
          for (const child of children) await child.ask('open', place)
          lines.push(...linesOf(await roundsOf(children), processes))
        } finally {
          await Promise.all(children.map((child) => child.end()))
        }
      }
      const goals = [1, 2].map((processes) => ({ of: `${OURS}, ${of(processes)}`, against: PLAIN, atLeast: 0.8 }))
      return { lines, goals: judge(goals, lines) }
    } finally {
      await close()
      await provider.close()
    }
  })
}

function linesOf(measured: Readonly<Record<string, readonly number[]>>, processes: number): Line[] {
  const ratio = (ours: readonly number[], others: readonly number[] = []): number =>
    median(ours.map((each, round) => each / (others[round] ?? Number.NaN)))
  return Object.entries(measured).map(([contender, perSecond]) => ({
    name: `${contender}, ${of(processes)}`,
    figures: { 'per second': median(perSecond) },
    ratios: { [PLAIN]: ratio(perSecond, measured[PLAIN]), [BY_HAND]: ratio(perSecond, measured[BY_HAND]) },
  }))
}

function of(processes: number): string {
  return processes === 1 ? '1 process' : `${processes} processes`
}
