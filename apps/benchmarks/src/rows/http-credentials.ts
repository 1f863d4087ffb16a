import { type LoadedServer, startServer } from '../http/load.ts'
import { median } from '../median.ts'
import { judge, type Line, type Row, type Settings } from '../row.ts'

const FLOOR = 'Express, the same JSON'
const OURS = 'the vault on Express'

export const httpCredentialsRow: Row = {
  name: 'http-credentials',
  title: 'Read a credential over HTTP: the vault’s router on Express, over a memory store',
  fairness:
    'The floor is an Express route that answers the same JSON and does nothing else; Express by itself adds an ETag to it, where the vault sends ' +
    'none, and four headers more. The vault verifies who asks (a token of the published SDK’s kind, ' +
    'verified before, its key looked up), checks the permission among a thousand access records, reads the credential, opens it, and judges its life. ' +
    'Each server is a process of its own, with 16 requests under way. What is compared is the processor time that one request takes of its ' +
    'server, all threads and the garbage collector included: the client, which shares the machine, does not count.',
  async measure(settings) {
    const servers = await Promise.all([startServer(FLOOR, 'json'), startServer(OURS, 'vault')])
    try {
      const lines = await alternateLoad(servers, settings)
      return { lines, goals: judge([{ of: OURS, against: FLOOR, atLeast: 0.8 }], lines) }
    } finally {
      await Promise.all(servers.map((server) => server.close()))
    }
  },
}

async function alternateLoad(servers: readonly LoadedServer[], { rounds, roundMs }: Settings): Promise<readonly Line[]> {
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
    ratios: { [FLOOR]: medianOf((costOf) => costOf(FLOOR) / costOf(name)) },
  }))
}
