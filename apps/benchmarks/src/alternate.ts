import { type Contender, type Runner, runnerOf } from './contender.ts'
import { median } from './median.ts'
import type { Line, Settings } from './row.ts'

/**
 * Runs the contenders in turn, round after round. Figures are medians over the rounds. A ratio is the median of the ratios within each
 * round, where both sides met the same weather.
 *
 * @param floors - Names of the contenders that all are compared with.
 */
export async function alternate(contenders: readonly Contender[], floors: readonly string[], settings: Settings): Promise<readonly Line[]> {
  return inTurn(contenders.map(runnerOf), floors, settings)
}

/** The same for contenders that are run elsewhere. */
export async function inTurn(runners: readonly Runner[], floors: readonly string[], settings: Settings): Promise<readonly Line[]> {
  for (const each of runners) await each.warmUp(settings)
  const rounds: ReadonlyMap<string, number>[] = []
  for (let round = 0; round < settings.rounds; round++) {
    const perSecond = new Map<string, number>()
    for (const each of runners) perSecond.set(each.name, await each.round(settings))
    rounds.push(perSecond)
  }
  const medianOf = (figure: (round: ReadonlyMap<string, number>) => number): number => median(rounds.map(figure))
  return runners.map(({ name }) => {
    const perSecond = medianOf((round) => speed(round, name))
    return {
      name,
      figures: { 'per second': perSecond, µs: 1e6 / perSecond },
      ratios: Object.fromEntries(floors.map((floor) => [floor, medianOf((round) => speed(round, name) / speed(round, floor))])),
    }
  })
}

function speed(round: ReadonlyMap<string, number>, name: string): number {
  const found = round.get(name)
  if (found === undefined) throw new Error(`There is no contender "${name}".`)
  return found
}
