import { median } from '../median.ts'
import type { Line, Settings } from '../row.ts'
import type { LoadedServer } from './load.ts'

/** Loads the servers in turn, round after round. What is compared is the processor time of one request. */
export async function alternateLoad(
  servers: readonly LoadedServer[],
  floors: readonly string[],
  { rounds, roundMs }: Settings,
): Promise<readonly Line[]> {
  const requests = Math.max(50, roundMs * 25)
  for (const server of servers) await server.load(requests * 2)
  const measured: ReadonlyMap<string, number>[] = []
  for (let round = 0; round < rounds; round++) {
    const costs = new Map<string, number>()
    for (const server of servers) costs.set(server.name, await server.load(requests))
    measured.push(costs)
  }
  const medianOf = (figure: (costOf: (name: string) => number) => number): number =>
    median(measured.map((round) => figure((name) => round.get(name) ?? Number.NaN)))
  return servers.map(({ name }) => ({
    name,
    figures: { 'processor µs': medianOf((costOf) => costOf(name)) },
    ratios: Object.fromEntries(floors.map((floor) => [floor, medianOf((costOf) => costOf(floor) / costOf(name))])),
  }))
}
