import { randomBytes, randomUUID } from 'node:crypto'
import { localKeyring } from '@holdfast/vault-core'
import { createVault } from '@holdfast/vault-node'
import { postgresStore } from '@holdfast/vault-store-sql'
import { startChild } from '../child-process.ts'
import { inPostgresSchema } from '../databases.ts'
import { median } from '../median.ts'
import { startProvider, type Tokens } from '../provider/provider.ts'
import { judge, type Line, type Row } from '../row.ts'
import type { WorkerAnswers } from '../worker/worker.process.ts'

const CONCURRENCY = 16

export const workerRow: Row = {
  name: 'worker',
  title: 'Refreshes a second: the worker, and plain requests of oauth4webapi',
  fairness:
    'A real authorization server (oidc-provider) in a process of its own, without latency: it is what both are bound by. The worker finds what is due in PostgreSQL, and ' +
    'claims, marks, opens, seals and writes each credential; the plain requests take refresh tokens from a list, and forget what they get. ' +
    `Both have ${CONCURRENCY} requests under way in each process. All of it shares two cores.`,
  needs: ['PostgreSQL'],
  measure: (settings) =>
    inPostgresSchema(async ({ url, schema }) => {
      const isFull = settings.rounds > 1
      const [rounds, grants] = isFull ? [5, 240] : [1, 12]
      const provider = await startProvider({ latencyMs: 0, accessTokenTtlS: 3_600 })
      const { issuer, clientId, clientSecret } = provider
      const key = randomBytes(32)
      const store = postgresStore({ connectionString: url, schema })
      const vault = createVault({
        store,
        keyring: localKeyring([{ id: 'k1', key }]),
        connections: [
          { connectionId: 'demo', issuer, clientId, clientSecret, clientAuthentication: 'client_secret_post', refreshAhead: true },
        ],
        background: false,
      })
      await vault.checkHealth()
      const place = { url, schema, key: key.toString('base64'), issuer, clientId, clientSecret }
      const newGrants = async (): Promise<readonly Tokens[]> => {
        const made: Tokens[] = []
        for (let grant = 0; grant < grants; grant++) made.push(await provider.newGrant())
        return made
      }
      const storeAsDue = async ({ accessToken, refreshToken }: Tokens): Promise<void> => {
        const expiresAt = new Date(Date.now() - 60_000)
        await vault.importCredential({ connectionId: 'demo', userId: randomUUID(), accessToken, refreshToken, expiresAt })
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
      try {
        const lines: Line[] = []
        for (const processes of [1, 2]) {
          const children = Array.from({ length: processes }, () =>
            startChild<WorkerAnswers>(new URL('../worker/worker.process.ts', import.meta.url)),
          )
          try {
            await Promise.all(children.map((child) => child.ask('open', place)))
            const [bare, ours]: [number[], number[]] = [[], []]
            for (let round = 0; round < rounds; round++) {
              const tokens = (await newGrants()).map(({ refreshToken }) => refreshToken)
              const share = Math.ceil(grants / processes)
              const refreshAll = () =>
                Promise.all(
                  children.map((child, index) =>
                    child.ask('refresh', { refreshTokens: tokens.slice(index * share, (index + 1) * share), concurrency: CONCURRENCY }),
                  ),
                )
              bare.push(await perSecond(refreshAll))
              for (const grant of await newGrants()) await storeAsDue(grant)
              ours.push(await perSecond(() => Promise.all(children.map((child) => child.ask('work', CONCURRENCY)))))
            }
            const [floor, name] = [`oauth4webapi, ${of(processes)}`, `the worker, ${of(processes)}`]
            lines.push({ name: floor, figures: { 'per second': median(bare) }, ratios: {} })
            const ratio = median(ours.map((each, round) => each / (bare[round] ?? Number.NaN)))
            lines.push({ name, figures: { 'per second': median(ours) }, ratios: { 'as many plain requests': ratio } })
          } finally {
            await Promise.all(children.map((child) => child.end()))
          }
        }
        const goals = [1, 2].map((processes) => ({ of: `the worker, ${of(processes)}`, against: 'as many plain requests', atLeast: 0.8 }))
        return { lines, goals: judge(goals, lines) }
      } finally {
        await vault.close()
        await store.close()
        await provider.close()
      }
    }),
}

function of(processes: number): string {
  return processes === 1 ? '1 process' : `${processes} processes`
}
