import { inPostgresSchema } from '../databases.ts'
import { startProvider } from '../provider/provider.ts'
import { judge, type Line, type Row } from '../row.ts'
import { type Charge, lineOf, lineOfOne, ONE_REFRESH, refreshMs } from '../stampede/charge.ts'
import { openVaultCallers } from '../stampede/vault-callers.ts'

const LATENCY_MS = 50

export const stampedeProcessesRow: Row = {
  name: 'stampede-processes',
  title: 'A hundred and a thousand callers of several processes ask for one token that has expired',
  fairness:
    'The same server as in `stampede-peers`. The processes share a PostgreSQL, and each has its share of the callers; the time is from the moment when all are told to ' +
    'until the last one is answered, the way between the processes included. One refresh is what the same server takes for one, by a plain request, when nobody else asks.',
  needs: ['PostgreSQL'],
  measure: (settings) =>
    inPostgresSchema(async (place) => {
      const isFull = settings.rounds > 1
      const provider = await startProvider({ latencyMs: LATENCY_MS, accessTokenTtlS: 3_600 })
      try {
        const lines: Line[] = []
        for (const processes of isFull ? [1, 2, 4] : [1, 2]) {
          const callers = await openVaultCallers(provider, place, processes)
          try {
            for (const count of isFull ? [100, 1_000] : [20]) {
              const [providerMs, charges]: [number[], Charge[]] = [[], []]
              for (let round = 0; round < (isFull ? 7 : 1); round++) {
                providerMs.push(await refreshMs(provider))
                charges.push(await callers.charge(await provider.newGrant(), count))
              }
              if (lines.length === 0) lines.push(lineOfOne(providerMs))
              lines.push(lineOf(`${count} callers, ${processes} ${processes === 1 ? 'process' : 'processes'}`, charges, providerMs))
            }
          } finally {
            await callers.close()
          }
        }
        const goals = lines.slice(1).flatMap(({ name }) => [
          { of: name, figure: 'token requests', atMost: 1 },
          { of: name, figure: 'failed callers', atMost: 0 },
          { of: name, against: ONE_REFRESH, atMost: name.endsWith(' 1 process') ? 1.5 : 1.7 },
        ])
        return { lines, goals: judge(goals, lines) }
      } finally {
        await provider.close()
      }
    }),
}
