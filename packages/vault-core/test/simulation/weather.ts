import type { Plan } from './plan.js'
import type { Scheduler } from './scheduler.js'
import type { Seeded } from './seeded.js'
import type { Weather } from './simulated-network.js'
import type { SimulatedProcess } from './simulated-process.js'

/** The weather that a plan means, until it clears up. */
export function weatherOf(
  plan: Plan,
  time: Scheduler,
  random: Seeded,
  slotOf: (process: SimulatedProcess) => number,
): Weather & { clearUp(): void } {
  const { chances, cuts, faults, startsAtMs } = plan
  let isCalm = false
  const isBad = (): boolean => !isCalm && time.now() >= startsAtMs
  const isCut = (process: SimulatedProcess, from: 'store' | 'provider'): boolean =>
    cuts.some((cut) => {
      const since = time.now() - startsAtMs - cut.atMs
      return cut.from === from && (cut.process === 'all' || cut.process === slotOf(process)) && since >= 0 && since < cut.forMs
    })
  return {
    clearUp() {
      isCalm = true
    },
    storeFails(process) {
      if (!isBad()) return 'no'
      if (isCut(process, 'store')) return 'before'
      return random.chance(chances.storeFault) ? random.pick(['before', 'after']) : 'no'
    },
    storeDelayMs: () => (isBad() && random.chance(chances.storeSlow) ? random.between(50, 2_000) : random.between(0, 8)),
    request(process) {
      const calm = {
        connects: true,
        lost: 'no',
        toProviderMs: random.between(1, 40),
        fromProviderMs: random.between(1, 200),
        fault: 'none',
      } as const
      if (!isBad()) return calm
      const connects = !isCut(process, 'provider') && !random.chance(chances.notConnected)
      return {
        connects,
        lost: random.chance(chances.lost) ? random.pick(['request', 'answer']) : 'no',
        toProviderMs: delayMs(),
        fromProviderMs: random.chance(chances.verySlow) ? random.between(60_000, 200_000) : delayMs(),
        fault: random.chance(chances.providerFault) ? random.pick(faults) : 'none',
      }
    },
  }

  function delayMs(): number {
    return random.chance(chances.slow) ? random.between(500, 25_000) : random.between(1, 200)
  }
}
