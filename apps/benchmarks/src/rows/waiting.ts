import { setTimeout as delay } from 'node:timers/promises'
import { inPostgresSchema } from '../databases.ts'
import { type RunningProvider, startProvider } from '../provider/provider.ts'
import { judge, type Line, type Row } from '../row.ts'
import { CONNECTION_ID, newPlace, openVault } from '../vault-place.ts'

const LATENCY_MS = 100
const LIFE_S = 3
const CALLERS = 20
const PAUSE_MS = 20
const OURS = 'getCredentials'
const PEER = 'refreshed when it has expired'

export const waitingRow: Row = {
  name: 'waiting',
  title: 'How long callers wait while a token expires ten times',
  fairness:
    `A real authorization server (oidc-provider) in a process of its own, with ${LATENCY_MS} ms of latency, whose tokens live for ${LIFE_S} s. ${CALLERS} callers each ask again ${PAUSE_MS} ms after each answer. ` +
    'The vault reads PostgreSQL each time. The other keeps its token in memory, and refreshes it once for all callers when a tenth of its life is left: what an application ' +
    'does that shares the refresh, and looks at the expiry alone. A caller has waited for the provider who waited for half of its latency. Both are in one process and under way at the same time.',
  needs: ['PostgreSQL'],
  measure: (settings) =>
    inPostgresSchema(async (schema) => {
      const expiries = settings.rounds > 1 ? 10 : 1
      const provider = await startProvider({ latencyMs: LATENCY_MS, accessTokenTtlS: LIFE_S })
      const other = await startProvider({ latencyMs: LATENCY_MS, accessTokenTtlS: LIFE_S })
      const { vault, close } = await openVault(newPlace(provider, schema), { background: false })
      try {
        const { accessToken, refreshToken } = await provider.newGrant()
        const whose = { connectionId: CONNECTION_ID, userId: 'alice' }
        await vault.importCredential({ ...whose, accessToken, refreshToken, expiresAt: new Date(Date.now() - 1_000) })
        await vault.getCredentials(whose)
        const naive = await refreshedOnExpiry(other)
        const forMs = (expiries + 0.5) * LIFE_S * 1_000
        const [ours, theirs] = await Promise.all([waitsOf(() => vault.getCredentials(whose), forMs), waitsOf(naive, forMs)])
        const lines = [lineOf(OURS, ours, await provider.refreshes()), lineOf(PEER, theirs, await other.refreshes())]
        return { lines, goals: judge([{ of: OURS, figure: 'waited for the provider', atMost: 0 }], lines) }
      } finally {
        await close()
        await Promise.all([provider.close(), other.close()])
      }
    }),
}

async function refreshedOnExpiry(provider: RunningProvider): Promise<() => Promise<unknown>> {
  let { refreshToken } = await provider.newGrant()
  let expiresAtMs = 0
  let refreshing: Promise<void> | undefined
  const refresh = async (): Promise<void> => {
    const tokens = await provider.refresh(refreshToken)
    if (!tokens) throw new Error('The provider refused.')
    refreshToken = tokens.refreshToken
    expiresAtMs = Date.now() + tokens.expiresInS * 1_000
    refreshing = undefined
  }
  const ask = async (): Promise<void> => {
    if (Date.now() < expiresAtMs - LIFE_S * 100) return
    refreshing ??= refresh()
    await refreshing
  }
  await ask()
  return ask
}

async function waitsOf(ask: () => Promise<unknown>, forMs: number): Promise<readonly number[]> {
  const waits: number[] = []
  const until = performance.now() + forMs
  const caller = async (): Promise<void> => {
    while (performance.now() < until) {
      const began = performance.now()
      await ask()
      waits.push(performance.now() - began)
      await delay(PAUSE_MS)
    }
  }
  await Promise.all(Array.from({ length: CALLERS }, caller))
  return waits
}

function lineOf(name: string, waits: readonly number[], requests: number): Line {
  const sorted = waits.toSorted((one, other) => one - other)
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  const figures = {
    callers: waits.length,
    'waited for the provider': waits.filter((ms) => ms > LATENCY_MS / 2).length,
    'p50 ms': at(0.5),
    'p99 ms': at(0.99),
    'max ms': at(1),
    'token requests': requests,
  }
  return { name, figures, ratios: {} }
}
