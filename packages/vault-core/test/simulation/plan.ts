import type { RotationProfile } from '../../src/index.js'
import type { Seeded } from './seeded.js'
import type { ProviderFault } from './simulated-provider.js'

/** What kind of run a seed stands for: how bad it gets, and in which ways. Each run has some of the troubles, few have all. */
export interface Plan {
  readonly rotation: RotationProfile
  /** Whether a used refresh token ends the grant, or is merely refused. */
  readonly reuseEndsGrant: boolean
  readonly lifetimeS: number
  readonly processes: number
  readonly users: readonly string[]
  readonly hasJournal: boolean
  /** When the troubles begin, in milliseconds after the consent: before or after the token's end. */
  readonly startsAtMs: number
  /** How long they last. */
  readonly horizonMs: number
  readonly calls: readonly PlannedCall[]
  readonly sweeps: readonly { readonly process: number; readonly atMs: number }[]
  readonly pauses: readonly { readonly process: number; readonly atMs: number; readonly forMs: number }[]
  /** The process that first comes back from this step is suspended there. */
  readonly stall: { readonly step: string; readonly forMs: number } | undefined
  readonly cuts: readonly Cut[]
  readonly jumps: readonly { readonly process: number; readonly atMs: number; readonly byMs: number }[]
  readonly userActions: readonly { readonly userId: string; readonly atMs: number; readonly does: 'disconnect' | 'reconnect' | 'revoke' }[]
  readonly skewsMs: readonly number[]
  readonly chances: {
    readonly crash: number
    readonly storeFault: number
    readonly storeSlow: number
    readonly notConnected: number
    readonly lost: number
    readonly slow: number
    /** Beyond every request's own end. */
    readonly verySlow: number
    readonly providerFault: number
  }
  readonly faults: readonly [ProviderFault, ...ProviderFault[]]
}

export interface PlannedCall {
  readonly process: number
  readonly userId: string
  readonly atMs: number
  readonly forceRefresh: boolean
  readonly minValidityMs: number | undefined
  readonly rejectsLast: boolean
  /** Its caller gives up after this. */
  readonly abortsAfterMs: number | undefined
}

/** A time in which a process does not reach the store, or the provider; or nobody reaches the store. */
export interface Cut {
  readonly process: number | 'all'
  readonly from: 'store' | 'provider'
  readonly atMs: number
  readonly forMs: number
}

/** Shorter than every lease less one renewal, as the promise of refresh is bounded. */
const SHORT_PAUSE_MS = { strict: 30_000, grace: 2_500, none: 10_000 } as const

const FAULTS: readonly ProviderFault[] = [
  'error500Before',
  'error500After',
  'htmlAfter',
  'truncatedAfter',
  'unavailable',
  'tooMany',
  'invalidClient',
  'wrongTypeAfter',
  'errorBesideTokens',
]

export function planOf(random: Seeded): Plan {
  const rotation = random.pick<RotationProfile>([
    { kind: 'strict' },
    { kind: 'strict' },
    { kind: 'strict' },
    { kind: 'grace', seconds: random.between(20, 90) },
    { kind: 'grace', seconds: 60 },
    { kind: 'none' },
  ])
  const lifetimeS = random.pick([60, 300, 3_600])
  // One in four: a process is held up, or cut off, while its request runs, and others take over.
  const isLeaseLost = random.chance(0.25)
  const processes = isLeaseLost ? 3 : random.pick([1, 2, 2, 2, 3])
  const users = random.chance(0.3) ? ['alice', 'bob'] : ['alice']
  const horizonMs = isLeaseLost ? 400_000 : random.pick([20_000, 90_000, 200_000, 400_000])
  const at = (): number => Math.floor(random.next() * horizonMs)
  const process = (): number => random.between(0, processes - 1)
  const userId = (): string => users[random.between(0, users.length - 1)] ?? 'alice'
  const some = (chance: number, most: number): readonly number[] =>
    random.chance(chance) ? Array.from({ length: random.between(1, most) }, (_, index) => index) : []
  const level = (...chances: readonly [number, ...number[]]): number => random.pick(chances)
  // Many callers come at the same time, as they do when a token has ended.
  const rush = isLeaseLost ? random.between(0, 20_000) : at()
  const heldUp = process()
  // Often such that it ends just when others begin to take over a request of unknown outcome.
  const troubleMs = random.chance(0.5) ? random.between(118_000, 140_000) : random.between(40_000, 200_000)
  const isPaused = isLeaseLost && random.chance(0.5)
  return {
    rotation,
    reuseEndsGrant: random.chance(0.5),
    lifetimeS,
    processes,
    users,
    hasJournal: random.chance(0.5),
    startsAtMs: lifetimeS * 1000 * random.pick([0.7, 0.93, 1, 1.2]),
    horizonMs,
    calls: Array.from({ length: isLeaseLost ? random.between(12, 24) : random.between(3, 12) }, () => ({
      process: process(),
      userId: userId(),
      atMs: random.chance(0.4)
        ? rush + random.between(0, 300)
        : isLeaseLost && random.chance(0.5)
          ? rush + random.between(118_000, 145_000)
          : at(),
      forceRefresh: random.chance(0.15),
      minValidityMs: random.chance(0.1) ? random.between(0, 120_000) : undefined,
      rejectsLast: random.chance(0.1),
      abortsAfterMs: random.chance(0.05) ? random.between(0, 5_000) : undefined,
    })),
    sweeps: some(0.7, 4).map(() => ({ process: process(), atMs: at() })),
    pauses: [
      ...(isPaused ? [{ process: heldUp, atMs: rush + random.between(20, 1_000), forMs: troubleMs }] : []),
      ...some(0.25, 2).map(() => ({
        process: process(),
        atMs: random.chance(0.5) ? rush + random.between(0, 2_000) : at(),
        forMs: random.chance(0.85) ? random.between(10, SHORT_PAUSE_MS[rotation.kind]) : random.between(30_000, 300_000),
      })),
    ],
    stall:
      isLeaseLost && random.chance(0.5)
        ? { step: random.pick(['credentials.claim', 'credentials.markSent', 'credentials.get', 'fetch']), forMs: troubleMs }
        : undefined,
    cuts: [
      ...(isLeaseLost && !isPaused
        ? [{ process: heldUp, from: 'store' as const, atMs: rush + random.between(20, 1_000), forMs: troubleMs }]
        : []),
      ...some(0.3, 2).map(() => ({
        process: random.chance(0.3) ? ('all' as const) : process(),
        from: random.chance(0.7) ? ('store' as const) : ('provider' as const),
        atMs: random.chance(0.5) ? rush + random.between(0, 3_000) : at(),
        forMs: random.pick([2_000, 20_000, 60_000, 250_000]),
      })),
    ],
    jumps: some(0.08, 2).map(() => ({ process: process(), atMs: at(), byMs: random.pick([-3_600_000, -60_000, 60_000, 3_600_000]) })),
    userActions: some(0.25, 2).map(() => ({
      userId: userId(),
      atMs: random.chance(0.5) ? rush + random.between(0, 3_000) : at(),
      does: random.pick(['disconnect', 'reconnect', 'reconnect', 'revoke'] as const),
    })),
    skewsMs: Array.from({ length: processes }, () => random.between(-1_000, 1_000)),
    chances: {
      crash: level(0, 0, 0.005, 0.03),
      storeFault: level(0, 0, 0.02, 0.15),
      storeSlow: level(0, 0.02, 0.1),
      notConnected: level(0, 0, 0.2),
      lost: level(0, 0, 0.05, 0.3),
      slow: level(0, 0.3, 0.8),
      verySlow: level(0, 0, 0.05, 0.3),
      providerFault: level(0, 0, 0.1, 0.5),
    },
    faults: random.chance(0.5)
      ? [random.pick(FAULTS as [ProviderFault, ...ProviderFault[]])]
      : (FAULTS as [ProviderFault, ...ProviderFault[]]),
  }
}
