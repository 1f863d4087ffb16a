import { memoryStore } from '@holdfast/vault-store-memory'
import {
  type CredentialRow,
  createVault,
  type InsertResult,
  type Journal,
  type Keyring,
  type RotationProfile,
  type UpdateResult,
  type Vault,
  type VaultStore,
} from '../../src/index.js'
import { fakePrimitives } from './fake-primitives.js'
import { type Invariants, invariants } from './invariants.js'
import { createLedger, type Ledger } from './ledger.js'
import { type Scheduler, scheduler } from './scheduler.js'
import type { Seeded } from './seeded.js'
import { fetchFor, type OnStep, storeFor, type Weather } from './simulated-network.js'
import { EPOCH_MS, type SimulatedProcess, simulatedProcess } from './simulated-process.js'
import { type SimulatedProvider, simulatedProvider } from './simulated-provider.js'

/** Some places for processes over one store and one provider. A process that dies leaves its place, its journal too, to the next. */
export interface SimulatedWorld {
  readonly time: Scheduler
  readonly ledger: Ledger
  readonly provider: SimulatedProvider
  readonly invariants: Invariants
  /** The process in this place now. */
  at(place: number): Inhabitant
  /** Puts a new process in the place of a dead one. */
  restart(place: number): void
  placeOf(process: SimulatedProcess): number
  /** A user connects through the process in this place. Resolves to whether the vault said that he did. */
  connect(place: number, userId: string): Promise<void>
  /** The refresh token of an active credential, as it stands in the store. */
  storedRefreshToken(userId: string): Promise<StoredRefreshToken | undefined>
  /** What happened, a line each, for whoever replays a seed. */
  readonly trace: string[]
}

export interface StoredRefreshToken {
  readonly token: string
  readonly sinceMs: number
}

export interface Inhabitant {
  readonly process: SimulatedProcess
  readonly vault: Vault
}

const PROVIDER = 'https://provider.example'
const REDIRECT_URI = 'https://app.example/callback'

export function simulatedWorld(options: {
  readonly random: Seeded
  readonly rotation: RotationProfile
  readonly reuseEndsGrant: boolean
  readonly lifetimeS: number
  readonly skewsMs: readonly number[]
  readonly hasJournal: boolean
  readonly weather: (time: Scheduler, placeOf: (process: SimulatedProcess) => number) => Weather
  readonly onStep: OnStep
}): SimulatedWorld {
  const { random, rotation, reuseEndsGrant, lifetimeS, skewsMs, hasJournal, onStep } = options
  const time = scheduler()
  const ledger = createLedger(hasJournal)
  const trace: string[] = []
  const rules = invariants(ledger, rotation, time.now)
  const provider = simulatedProvider({ rotation, reuseEndsGrant, lifetimeS, ledger, nowMs: time.now, random: random.fork() })

  /**
   * Whatever the vault says of a consent, and if it dies before it says anything: the one whose write came last stands, and has ended
   * the one before.
   */
  const standing = new Map<string, string>()
  const noteStanding = (row: CredentialRow): void => {
    const before = ledger.grants.get(standing.get(row.userId) ?? '')
    const { grantId } = ledger.refreshTokens.get(refreshTokenIn(row) ?? '') ?? {}
    if (before && before.grantId !== grantId) before.supersededAtMs ??= time.now()
    if (grantId === undefined) standing.delete(row.userId)
    else standing.set(row.userId, grantId)
  }
  const store = storeTelling(memoryStore({ clock: () => EPOCH_MS + Math.floor(time.now()) }), noteStanding)
  const placeOf = (process: SimulatedProcess): number => Number(process.name.split('.')[0]?.slice(1))
  const weather = options.weather(time, placeOf)
  const journals = skewsMs.map(() => new Map<string, Uint8Array>())

  let consents = 0

  const note = (text: string): void => void trace.push(`${time.now()} ${text}`)

  const settleIn = (place: number, generation: number): Inhabitant => {
    const process = simulatedProcess(`p${place}.${generation}`, time, skewsMs[place] ?? 0)
    const step: OnStep = (whose, when, what) => {
      note(`${whose.name} ${when} ${what}`)
      onStep(whose, when, what)
    }
    const bytes = random.fork()
    const vault = createVault({
      store: storeFor(process, store, { time, weather, onStep: step }),
      keyring: fakeKeyring,
      primitives: fakePrimitives,
      connections: [
        {
          connectionId: 'drive',
          authorizationEndpoint: `${PROVIDER}/authorize`,
          tokenEndpoint: `${PROVIDER}/token`,
          revocationEndpoint: `${PROVIDER}/revoke`,
          clientId: 'client',
          rotation,
        },
      ],
      clock: process.clock,
      random: (length) => bytes.bytes(length),
      fetch: fetchFor(process, provider, {
        time,
        weather,
        onStep: step,
        ledger,
        random,
        note,
        onRefresh: rules.atSending,
        onGivingUp: rules.atGivingUp,
      }),
      background: false,
      ...(hasJournal && { journal: simulatedJournal(process, journals[place] ?? new Map(), time, step, ledger) }),
      log: {
        debug: () => undefined,
        info: (_fields, message) => note(`${process.name} says ${message}`),
        warn: (_fields, message) => note(`${process.name} says ${message}`),
        error: (_fields, message) => note(`${process.name} says ${message}`),
      },
    })
    return { process, vault }
  }

  const inhabitants = skewsMs.map((_skew, place) => settleIn(place, 0))
  const at = (place: number): Inhabitant => {
    const inhabitant = inhabitants[place]
    if (!inhabitant) throw new Error(`There is no place ${place}.`)
    return inhabitant
  }

  const storedRefreshToken = async (userId: string): Promise<StoredRefreshToken | undefined> => {
    const row = await store.credentials.get({ tenant: 'default', connectionId: 'drive', userId, accountId: 'default' })
    const token = row?.status === 'active' ? refreshTokenIn(row) : undefined
    return row && token !== undefined ? { token, sinceMs: row.updatedAtMs - EPOCH_MS } : undefined
  }

  return {
    time,
    ledger,
    provider,
    invariants: rules,
    trace,
    at,
    placeOf,
    storedRefreshToken,
    restart(place) {
      inhabitants[place] = settleIn(place, Number(at(place).process.name.split('.')[1]) + 1)
    },
    async connect(place, userId) {
      const { vault } = at(place)
      const flow = await vault.authorization.start({ connectionId: 'drive', userId, redirectUri: REDIRECT_URI })
      consents += 1
      const code = `${userId}.${consents}`
      await vault.authorization.complete({
        callbackUrl: `${REDIRECT_URI}?code=${code}&state=${flow.state}`,
        flowBinding: flow.flowBinding,
      })
      for (const grant of ledger.grants.values()) if (grant.code === code) grant.acknowledgedAtMs = time.now()
    },
  }
}

/** What the fake primitives seal stands open. */
function refreshTokenIn({ refreshToken }: CredentialRow): string | undefined {
  return refreshToken === null ? undefined : /rt-[\w.]+-\d+/.exec(new TextDecoder().decode(refreshToken))?.[0]
}

/** The store, and what stands in a row whenever somebody has written it. */
function storeTelling(store: VaultStore, tell: (row: CredentialRow) => void): VaultStore {
  const told = async <Result extends InsertResult | UpdateResult>(work: Promise<Result>): Promise<Result> => {
    const result = await work
    if (result.outcome !== 'missing') tell(result.row)
    return result
  }
  const { credentials } = store
  return {
    ...store,
    credentials: {
      ...credentials,
      insert: (...args) => told(credentials.insert(...args)),
      update: (...args) => told(credentials.update(...args)),
    },
  }
}

/** Wraps nothing. */
const fakeKeyring: Keyring = {
  current: () => 'k1',
  wrap: async (dek) => dek.slice(),
  unwrap: async (wrapped) => wrapped.slice(),
  keyIdOf: () => 'k1',
}

/** A journal on the disk of one machine: it outlives its processes. */
function simulatedJournal(
  process: SimulatedProcess,
  entries: Map<string, Uint8Array>,
  time: Scheduler,
  onStep: OnStep,
  ledger: Ledger,
): Journal {
  const step = <T>(name: string, work: () => T): Promise<T> =>
    new Promise((resolve) => {
      onStep(process, 'before', name)
      if (!process.isAlive()) return
      const result = work()
      time.after(1, () =>
        process.deliver(() => {
          onStep(process, 'after', name)
          if (process.isAlive()) resolve(result)
        }),
      )
    })
  return {
    write: (name, entry) =>
      step('journal.write', () => {
        entries.set(name, entry)
        const newest = ledger.requests.findLast(
          (request) => request.process === process && request.answeredAtMs !== undefined && request.rotated,
        )
        if (newest) newest.isJournaled = true
      }),
    read: () => step('journal.read', () => [...entries].map(([name, entry]) => ({ name, entry }))),
    remove: (name) => step('journal.remove', () => void entries.delete(name)),
  }
}
