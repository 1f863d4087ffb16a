import { describe, expect, it } from 'vitest'
import type { RotationProfile } from '../../src/index.js'
import { seeded } from './seeded.js'
import { ask, recover } from './simulate.js'
import type { Weather } from './simulated-network.js'
import { type SimulatedWorld, simulatedWorld } from './world.js'

const PROFILES: readonly RotationProfile[] = [{ kind: 'strict' }, { kind: 'grace', seconds: 60 }, { kind: 'none' }]
/** Before, beside and behind the first process's steps, each of which takes some milliseconds. */
const OFFSETS_MS = [0, 7, 25, 60, 400]
const LIFETIME_S = 60
const NEVER = Number.POSITIVE_INFINITY

interface Case {
  readonly rotation: RotationProfile
  /** How much later the second process asks. */
  readonly offsetMs: number
  /** The step, counted from 0, at which each process dies: each call outside has one before it leaves and one when its answer comes. */
  readonly diesAt: readonly [number, number]
}

interface Outcome {
  readonly steps: readonly [number, number]
  readonly violations: readonly string[]
}

// One expired credential, two processes that want it refreshed, and a death at every await of one of them, or of both.
describe('two processes and one refresh, with a crash at every await', () => {
  it.each(PROFILES.flatMap((rotation) => OFFSETS_MS.map((offsetMs) => [rotation.kind, offsetMs, rotation] as const)))(
    '%s rotation, the second %i ms behind the first: whoever dies wherever, the credential works again or says truthfully why not',
    async (_kind, offsetMs, rotation) => {
      const { steps, violations } = await run({ rotation, offsetMs, diesAt: [NEVER, NEVER] })
      expect(violations).toEqual([])
      expect(Math.min(...steps)).toBeGreaterThan(2)
      let runs = 0
      for (const victim of [0, 1] as const) {
        for (let step = 0; step < steps[victim] + 4; step++) {
          const diesAt: Case['diesAt'] = victim === 0 ? [step, NEVER] : [NEVER, step]
          runs += 1
          expect({ diesAt, ...(await run({ rotation, offsetMs, diesAt })) }).toMatchObject({ diesAt, violations: [] })
        }
      }
      console.log(`${runs} crashes, each alone.`)
    },
    60_000,
  )

  it('strict rotation, both die: every pair of steps', { timeout: 240_000 }, async () => {
    const rotation: RotationProfile = { kind: 'strict' }
    const { steps } = await run({ rotation, offsetMs: 0, diesAt: [NEVER, NEVER] })
    let runs = 0
    for (let first = 0; first < steps[0] + 2; first++) {
      for (let second = 0; second < steps[1] + 12; second++) {
        const diesAt = [first, second] as const
        runs += 1
        expect({ diesAt, ...(await run({ rotation, offsetMs: 0, diesAt })) }).toMatchObject({ diesAt, violations: [] })
      }
    }
    console.log(`${runs} pairs of crashes.`)
  })
})

async function run({ rotation, offsetMs, diesAt }: Case): Promise<Outcome> {
  const random = seeded(1)
  const steps: [number, number] = [0, 0]
  let isCounting = false
  const world: SimulatedWorld = simulatedWorld({
    random,
    rotation,
    reuseEndsGrant: true,
    lifetimeS: LIFETIME_S,
    skewsMs: [0, 0],
    hasJournal: false,
    weather: () => fair,
    onStep(process) {
      const place = world.placeOf(process) === 0 ? 0 : 1
      if (!isCounting || process.name.endsWith('.1')) return
      if (steps[place] === diesAt[place]) {
        process.crash()
        world.time.after(1_000, () => world.restart(place))
      }
      steps[place] += 1
    },
  })
  const { time, ledger } = world
  const call = { userId: 'alice', forceRefresh: false, minValidityMs: undefined, rejectsLast: false, abortsAfterMs: undefined }
  const connected = world.connect(0, 'alice')
  await time.runUntil(LIFETIME_S * 1000)
  await connected
  isCounting = true
  time.after(0, () => void ask(world, { ...call, process: 0 }))
  time.after(offsetMs, () => void ask(world, { ...call, process: 1 }))
  await time.runUntil(time.now() + 30_000)
  isCounting = false
  await recover(world, { skewsMs: [0, 0], users: ['alice'], processes: 2 })
  return { steps, violations: ledger.violations }
}

/** Nothing fails, and each way takes its few milliseconds. */
const fair: Weather = {
  storeFails: () => 'no',
  storeDelayMs: () => 2,
  request: () => ({ connects: true, lost: 'no', toProviderMs: 10, fromProviderMs: 20, fault: 'none' }),
}
