import { setTimeout as sleep } from 'node:timers/promises'
import type { Seeded } from '../../../../packages/vault-core/test/simulation/seeded.ts'
import type { DatabaseServer } from '../../../../scripts/services/database-server.ts'
import { type Fault, shuffled } from './faults.ts'
import { CAP_MS, LEASE_MS, type StormWorld } from './storm-world.ts'

/** What happens to the processes, to the database and to the whole provider. */
export type Incident =
  | 'a process is killed'
  | 'a process stops for longer than a lease'
  | 'a process stops for longer than a request may run'
  | 'the database crashes'
  | 'the database is restarted'
  | 'the provider is away'

/** As many as there is time for, in an order that the seed decides; each of them once at least. */
export function planIncidents(random: Seeded, lengthMs: number, hasServer: boolean): readonly Incident[] {
  const kills = new Array<Incident>(Math.max(6, Math.round(lengthMs / 5_000))).fill('a process is killed')
  const stops = new Array<Incident>(Math.max(3, Math.round(lengthMs / 12_000))).fill('a process stops for longer than a lease')
  const restarts: Incident[] = hasServer ? ['the database crashes', 'the database is restarted'] : []
  // The stopped process may be the one that has the file store's lock: then the store itself is away for so long.
  const long: Incident[] = hasServer ? ['a process stops for longer than a request may run'] : []
  return shuffled(random, [...kills, ...stops, ...restarts, ...long, 'the provider is away'])
}

/** Lets them happen at even distances, and resolves when the last is over. */
export async function letThemHappen(
  world: StormWorld,
  incidents: readonly Incident[],
  options: {
    readonly random: Seeded
    readonly lengthMs: number
    readonly server: DatabaseServer | undefined
    readonly deal: () => Fault | undefined
  },
): Promise<void> {
  const { random, lengthMs, server, deal } = options
  const paused = new Set<string>()
  const underWay: Promise<void>[] = []
  let restarting: Promise<void> = Promise.resolve()

  const victim = () => {
    const [any] = shuffled(
      random,
      world.workers.filter(({ name, isAlive }) => isAlive && !paused.has(name)),
    )
    if (!any) throw new Error('No process is running.')
    return any
  }
  const pause = async (ms: number): Promise<void> => {
    const worker = victim()
    const fromMs = Date.now()
    paused.add(worker.name)
    worker.pause()
    await sleep(ms)
    worker.resume()
    paused.delete(worker.name)
    world.chronicle.paused(worker.name, fromMs)
    // Whoever needs the lock of the file store waits for whoever has it.
    if (!server) world.chronicle.storeWasAway(fromMs)
  }
  const restart = async (how: 'kill' | 'stop'): Promise<void> => {
    const fromMs = Date.now()
    await server?.[how]()
    await server?.start()
    world.chronicle.storeWasAway(fromMs)
  }
  const happens = async (incident: Incident): Promise<void> => {
    switch (incident) {
      case 'a process is killed': {
        const worker = victim()
        world.chronicle.died(worker.name)
        await worker.kill()
        return world.replace(worker)
      }
      case 'a process stops for longer than a lease':
        return pause(LEASE_MS + 500)
      case 'a process stops for longer than a request may run':
        return pause(CAP_MS + 2_000)
      case 'the database crashes':
      case 'the database is restarted':
        restarting = restarting.then(() => restart(incident === 'the database crashes' ? 'kill' : 'stop'))
        return restarting
      case 'the provider is away':
        world.proxy.misbehave(() => '500 before')
        await sleep(1_000)
        return world.proxy.misbehave(deal)
    }
  }

  world.proxy.misbehave(deal)
  for (const incident of incidents) {
    await sleep(lengthMs / (incidents.length + 1))
    underWay.push(happens(incident))
  }
  await Promise.all(underWay)
  await sleep(lengthMs / (incidents.length + 1))
}
