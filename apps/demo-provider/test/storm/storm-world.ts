import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { setPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Vault } from '@holdfast/vault-core'
import { type DemoProvider, startDemoProvider } from '../../src/index.ts'
import { connectUser, REDIRECT_URI } from '../stampede/connect-user.ts'
import { vaultOver } from '../stampede/vault-over.ts'
import type { WorkerSetup } from '../stampede/worker-messages.ts'
import { buildWorker, startWorker, type Worker } from '../stampede/workers.ts'
import { type Chronicler, chronicler } from './chronicle.ts'
import { type FaultyTokenProxy, faultyTokenProxy } from './faulty-token-proxy.ts'
import type { StormPlace } from './storm-places.ts'
import { TOKEN_END } from './token-exchanges.ts'

/** So many times faster does time run in a storm: a lease is 5.6 s then, and a request may run for 15. */
const FASTER = 8
/** The vault's, for connections whose provider takes no refresh token twice: see its rotation profile `strict`. */
export const LEASE_MS: number = 45_000 / FASTER
export const CAP_MS: number = 120_000 / FASTER
const TOKEN_LIFE_S = 120

/** A process, and the name under which it is known to proxy and chronicle. */
export interface NamedWorker extends Worker {
  readonly name: string
}

/** A provider behind a faulty proxy, a store, users who are connected, and processes in which time runs fast. */
export interface StormWorld {
  readonly provider: DemoProvider
  readonly proxy: FaultyTokenProxy
  readonly chronicle: Chronicler
  /** User by grant, and grant by user, as the proxy counts them. */
  readonly grants: ReadonlyMap<string, number>
  readonly workers: readonly NamedWorker[]
  replace(worker: NamedWorker): void
  /** When all processes have ended: another vault, all of whose clocks are so far ahead. */
  openLater(name: string, aheadMs: () => number): Vault
  close(): Promise<void>
}

export async function stormWorld(
  made: StormPlace,
  options: { readonly processes: number; readonly userIds: readonly string[]; readonly callerWaitMs: number },
): Promise<StormWorld> {
  const provider = await startDemoProvider({ redirectUris: [REDIRECT_URI], accessTokenTtlS: TOKEN_LIFE_S })
  const proxy = await faultyTokenProxy(`${provider.issuer}/token`, CAP_MS + 1_500)
  const chronicle = chronicler()
  const setup: WorkerSetup = {
    place: made.place,
    issuer: provider.issuer,
    clientId: provider.clientId,
    clientSecret: provider.clientSecret,
    key: randomBytes(32).toString('base64'),
    callerWaitMs: options.callerWaitMs,
  }
  const grants = await connectAll(setup, proxy, options.userIds)

  const stormy = { ...setup, timeLapse: { sinceMs: Date.now(), factor: FASTER } }
  const program = join(tmpdir(), `holdfast-storm-${process.pid}-${made.place.kind}.mjs`)
  await buildWorker(program)
  let started = 0
  const start = (): NamedWorker => {
    const name = `process-${++started}`
    const worker = startWorker(program, { ...stormy, tokenEndpoint: proxy.endpointFor(name) }, (report) => chronicle.said(name, report))
    // The provider and the database are not to starve, or their slowness would be what is tested.
    if (worker.pid !== undefined) setPriority(worker.pid, 5)
    return Object.assign(worker, { name })
  }
  const workers = Array.from({ length: options.processes }, start)
  await Promise.all(workers.map((worker) => worker.ask({ aheadMs: 0, userIds: ['nobody'], forceRefresh: false })))
  return {
    provider,
    proxy,
    chronicle,
    grants,
    workers,
    replace(worker) {
      workers[workers.indexOf(worker)] = start()
    },
    openLater: (name, aheadMs) =>
      vaultOver({ ...stormy, tokenEndpoint: proxy.endpointFor(name) }, aheadMs, aheadMs, (event) => {
        if (event.type === 'refreshed' || event.type === 'reauthorization_required')
          chronicle.said(name, { written: event.type, userId: event.userId })
      }),
    async close() {
      await Promise.all(workers.map((worker) => worker.kill()))
      await proxy.close()
      await provider.close()
      await made.remove()
      rmSync(program, { force: true })
    },
  }
}

/** Before time runs fast: the provider's clock does not, and its ID tokens would seem too old. Returns which grant is whose. */
async function connectAll(setup: WorkerSetup, proxy: FaultyTokenProxy, userIds: readonly string[]): Promise<Map<string, number>> {
  const vault = vaultOver({ ...setup, tokenEndpoint: proxy.endpointFor('consent') }, () => 0)
  const grants = new Map<string, number>()
  const waiting = [...userIds]
  const connectOneByOne = async (): Promise<void> => {
    for (let userId = waiting.shift(); userId !== undefined; userId = waiting.shift()) {
      await connectUser(vault, userId)
      const { accessToken } = await vault.getCredentials({ connectionId: 'demo', userId })
      grants.set(userId, proxy.genealogy.ofAccessToken(accessToken.slice(-TOKEN_END)) ?? 0)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, connectOneByOne))
  await vault.close()
  return grants
}

const AT_ONCE = 8
