import { median } from '../median.ts'
import type { RunningProvider } from '../provider/provider.ts'
import type { Line } from '../row.ts'

/** What became of all who asked at once. */
export interface Charge {
  readonly requests: number
  /** Those that were refused, or got a token that the provider does not take. */
  readonly failed: number
  readonly ms: number
  readonly isUsable: boolean
}

export interface Outcomes {
  /** Were given no token. */
  readonly failed: number
  /** Those that the others were given, each as often as it was given. */
  readonly tokens: readonly string[]
}

/** Lets them ask, and looks at the provider what it came to. */
export async function charge(provider: RunningProvider, ask: () => Promise<Outcomes>, isUsable: () => Promise<boolean>): Promise<Charge> {
  const before = await provider.refreshes()
  const began = performance.now()
  const { failed, tokens } = await ask()
  const ms = performance.now() - began
  const requests = (await provider.refreshes()) - before
  const taken = new Map<string, boolean>()
  for (const token of new Set(tokens)) taken.set(token, await provider.takes(token))
  return { requests, failed: failed + tokens.filter((token) => !taken.get(token)).length, ms, isUsable: await isUsable() }
}

/** How long one refresh takes of the provider when nobody else asks for anything. */
export async function refreshMs(provider: RunningProvider): Promise<number> {
  const { refreshToken } = await provider.newGrant()
  const began = performance.now()
  await provider.refresh(refreshToken)
  return performance.now() - began
}

export const ONE_REFRESH = 'one refresh'

/** @param providerMs - What one refresh took in each round. */
export function lineOf(name: string, charges: readonly Charge[], providerMs: readonly number[]): Line {
  const most = (figure: (charge: Charge) => number): number => Math.max(...charges.map(figure))
  return {
    name,
    figures: {
      'token requests': most(({ requests }) => requests),
      'failed callers': most(({ failed }) => failed),
      ms: median(charges.map(({ ms }) => ms)),
    },
    ratios: { [ONE_REFRESH]: median(charges.map(({ ms }, round) => ms / (providerMs[round] ?? Number.NaN))) },
    facts: { 'stored grant usable': charges.every(({ isUsable }) => isUsable) ? 'yes' : 'no' },
  }
}

export function lineOfOne(providerMs: readonly number[]): Line {
  return { name: ONE_REFRESH, figures: { 'token requests': 1, 'failed callers': 0, ms: median(providerMs) }, ratios: {} }
}
