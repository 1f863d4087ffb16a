import { inPostgresSchema } from '../databases.ts'
import { startProvider } from '../provider/provider.ts'
import type { Row } from '../row.ts'
import { betterAuthPeer } from '../stampede/better-auth-peer.ts'
import { type Charge, charge, lineOf, lineOfOne, refreshMs } from '../stampede/charge.ts'
import type { StampedeContender } from '../stampede/contender.ts'
import { msalPerRequest, msalShared } from '../stampede/msal-peers.ts'
import { authJs, googlePerRequest, googleShared, simpleOauth2 } from '../stampede/naive-peers.ts'
import { openVaultCallers } from '../stampede/vault-callers.ts'

const LATENCY_MS = 50
const contenders: readonly StampedeContender[] = [
  betterAuthPeer,
  simpleOauth2,
  googlePerRequest,
  googleShared,
  msalPerRequest,
  msalShared,
  authJs,
]

export const stampedePeersRow: Row = {
  name: 'stampede-peers',
  title: 'A hundred callers of one process ask for one token that has expired',
  fairness:
    'A real authorization server (oidc-provider) in a process of its own, with 50 ms of latency, whose refresh tokens are good once; one that comes again ends ' +
    'the grant. Each library is used as its own documentation shows, over one stored grant; google-auth-library has no store, and its tokens are put ' +
    'back when it tells of them. A caller has failed who gets no token, or one that the provider’s API does not take afterwards. ' +
    'A stored grant is usable if one more refresh with what is stored succeeds.',
  needs: ['PostgreSQL'],
  measure: (settings) =>
    inPostgresSchema(async (place) => {
      const [rounds, callers] = settings.rounds > 1 ? [3, 100] : [1, 10]
      const provider = await startProvider({ latencyMs: LATENCY_MS, accessTokenTtlS: 3_600 })
      const ours = await openVaultCallers(provider, place, 1)
      try {
        const providerMs: number[] = []
        const oursIn: Charge[] = []
        const theirs = new Map<string, Charge[]>(contenders.map(({ name }) => [name, []]))
        for (let round = 0; round < rounds; round++) {
          providerMs.push(await refreshMs(provider))
          oursIn.push(await ours.charge(await provider.newGrant(), callers))
          for (const { name, store } of contenders) {
            const stored = await store(provider, await provider.newGrant())
            const ask = async () => {
              const outcomes = await Promise.allSettled(Array.from({ length: callers }, () => stored.ask()))
              const tokens = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
              return { failed: callers - tokens.length, tokens }
            }
            theirs.get(name)?.push(await charge(provider, ask, stored.isUsable))
            await stored.close?.()
          }
        }
        const lines = [
          lineOfOne(providerMs),
          lineOf('getCredentials', oursIn, providerMs),
          ...[...theirs].map(([name, charges]) => lineOf(name, charges, providerMs)),
        ]
        return { lines, goals: [] }
      } finally {
        await ours.close()
        await provider.close()
      }
    }),
}
