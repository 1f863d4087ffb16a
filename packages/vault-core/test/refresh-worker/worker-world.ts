import { memoryStore } from '@holdfast/vault-store-memory'
import {
  type ConnectionInput,
  type CredentialRow,
  createVault,
  localKeyring,
  type Vault,
  type VaultEvent,
  type VaultOptions,
  type VaultStore,
} from '../../src/index.js'
import { createRefreshWorker, type RefreshWorker, type RefreshWorkerOptions } from '../../src/refresh-worker/index.js'
import { fakePrimitives } from '../simulation/fake-primitives.js'
import { type Scheduler, scheduler } from '../simulation/scheduler.js'
import { type Seeded, seeded } from '../simulation/seeded.js'
import { storeFor, type Weather } from '../simulation/simulated-network.js'
import { EPOCH_MS, type SimulatedProcess, simulatedProcess } from '../simulation/simulated-process.js'
import { endpointsOf, type FakeTokenEndpoints, fakeTokenEndpoints } from './fake-token-endpoints.js'

/** Processes with vaults over one store, in virtual time. */
export interface WorkerWorld {
  readonly time: Scheduler
  readonly random: Seeded
  readonly endpoints: FakeTokenEndpoints
  readonly events: VaultEvent[]
  readonly store: VaultStore
  process(name: string, options?: Partial<VaultOptions>): WorldProcess
  /** Runs so many milliseconds more. */
  run(ms: number): Promise<void>
  /** Lets time pass until the work is done. */
  done<T>(work: Promise<T>): Promise<T>
  row(connectionId: string, userId: string): Promise<CredentialRow | null>
}

export interface WorldProcess {
  readonly vault: Vault
  worker(options?: Omit<RefreshWorkerOptions, 'vault'>): RefreshWorker
  /** Walks the authorization flow for a user. */
  connect(connectionId: string, userId: string): Promise<void>
  /** SIGKILL. */
  kill(): void
}

const REDIRECT_URI = 'https://app.example/callback'

/** Nothing goes wrong, and the store takes some milliseconds. */
const calm: Weather = {
  storeFails: () => 'no',
  storeDelayMs: () => 1,
  request: () => ({ connects: true, lost: 'no', toProviderMs: 1, fromProviderMs: 1, fault: 'none' }),
}

export function workerWorld(connections: Readonly<Record<string, Partial<ConnectionInput>>>, seed = 1): WorkerWorld {
  const time = scheduler()
  const random = seeded(seed)
  const endpoints = fakeTokenEndpoints(time, random)
  const events: VaultEvent[] = []
  const store = memoryStore({ clock: () => EPOCH_MS + Math.floor(time.now()) })
  const inputs = Object.entries(connections).map(
    ([connectionId, input]): ConnectionInput => ({ connectionId, ...endpointsOf(connectionId), clientId: 'client', ...input }),
  )

  const world: WorkerWorld = {
    time,
    random,
    endpoints,
    events,
    store,
    process(name, options = {}) {
      const process: SimulatedProcess = simulatedProcess(name, time, 0)
      const bytes = random.fork()
      const vault = createVault({
        store: storeFor(process, store, { time, weather: calm, onStep: () => undefined }),
        keyring: localKeyring([{ id: 'k1', key: new Uint8Array(32).fill(7) }]),
        primitives: fakePrimitives,
        connections: inputs,
        clock: process.clock,
        random: (length) => bytes.bytes(length),
        fetch: endpoints.fetchFor(process),
        on: (event) => events.push(event),
        ...options,
      })
      return {
        vault,
        worker: (workerOptions = {}) => createRefreshWorker({ vault, ...workerOptions }),
        async connect(connectionId, userId) {
          const flow = await world.done(vault.authorization.start({ connectionId, userId, redirectUri: REDIRECT_URI }))
          const callbackUrl = `${REDIRECT_URI}?code=${userId}&state=${flow.state}`
          await world.done(vault.authorization.complete({ callbackUrl, flowBinding: flow.flowBinding }))
        },
        kill: () => process.crash(),
      }
    },
    run: (ms) => time.runUntil(time.now() + ms),
    async done(work) {
      let isDone = false
      const noted = work.finally(() => {
        isDone = true
      })
      noted.catch(() => undefined)
      for (let steps = 0; !isDone && steps < 60_000; steps++) await world.run(10)
      return noted
    },
    row: (connectionId, userId) => store.credentials.get({ tenant: 'default', connectionId, userId, accountId: 'default' }),
  }
  return world
}
