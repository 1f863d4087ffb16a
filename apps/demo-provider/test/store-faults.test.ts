import { randomBytes } from 'node:crypto'
import { isVaultError, type Vault } from '@holdfast/vault-core'
import { memoryStore } from '@holdfast/vault-store-memory'
import { faultyStore } from '@holdfast/vault-store-testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { consentByHttp, type DemoProvider, startDemoProvider } from '../src/index.ts'
import { places } from './stampede/places.ts'
import { refreshesOf } from './stampede/stampede-world.ts'
import { openStore, vaultWith } from './stampede/vault-over.ts'

const REDIRECT_URI = 'http://127.0.0.1:4999/connect/demo/callback'
const LONG_MS = 3_600_000
/** More than the scenario has calls. */
const MOST_CALLS = 100

let provider: DemoProvider
beforeAll(async () => {
  provider = await startDemoProvider({ redirectUris: [REDIRECT_URI] })
})
afterAll(() => provider.close())

const memory = { name: 'memory', isThere: true, make: async () => ({ place: undefined, remove: async () => undefined }) }

// SQLite's way: the first, the second, the third … call of the store fails, before its work or after it, until none is left to fail.
describe.each([memory, ...places])('each call of the store fails once: $name', ({ isThere, make }) => {
  it.skipIf(!isThere).each(['before', 'after'] as const)(
    '%s its work: whoever asks again gets there, and no refresh token is used twice',
    async (when) => {
      const made = await make()
      const clocks = { store: 0, vault: 0 }
      const real = made.place ? openStore(made.place, () => clocks.store) : memoryStore({ clock: () => Date.now() + clocks.store })
      const setup = { ...provider, key: randomBytes(32).toString('base64'), callerWaitMs: 5_000 }
      let failed = 0
      for (let n = 1; n <= MOST_CALLS; n++) {
        const faulty = faultyStore(real, { failAt: n, when })
        // The store outlives the vault of one run.
        const vault = vaultWith({ ...faulty.store, close: async () => undefined }, setup, () => clocks.vault)
        const grantId = await lifeOf(vault, `user-${n}`, clocks)
        expect({ n, ...refreshesOf(provider, grantId) }).toMatchObject({ n, refused: 0 })
        await vault.close()
        if (faulty.calls() < n) break
        failed = n
      }
      expect(failed).toBeGreaterThan(20)
      expect(failed).toBeLessThan(MOST_CALLS)
      await real.close()
      await made.remove()
    },
    120_000,
  )
})

/** Connect, get, refresh, refresh again, disconnect; whatever fails is asked again. Returns which grant it was. */
async function lifeOf(vault: Vault, userId: string, clocks: { store: number; vault: number }): Promise<string> {
  const who = { connectionId: 'demo', userId }
  // The provider's clock does not run ahead: for its ID token the vault's must not either.
  clocks.vault = 0
  const grantId = await insistently(clocks, async () => {
    const flow = await vault.authorization.start({ ...who, redirectUri: REDIRECT_URI })
    const callbackUrl = await consentByHttp(flow.authorizationUrl)
    await vault.authorization.complete({ callbackUrl, flowBinding: flow.flowBinding })
    return provider.tokenRequests.findLast(({ grantType }) => grantType === 'authorization_code')?.grantId ?? ''
  })
  const tokens = new Set<string>()
  for (let refresh = 0; refresh < 3; refresh++) {
    const { accessToken } = await insistently(clocks, () => vault.getCredentials(who))
    tokens.add(accessToken)
    clocks.store += LONG_MS
    clocks.vault += LONG_MS
  }
  expect(tokens.size).toBe(3)
  expect((await insistently(clocks, () => vault.listCredentials({ userId, limit: 10 }))).items).toHaveLength(1)
  await insistently(clocks, () => vault.disconnect(who))
  await expect(insistently(clocks, () => vault.getCredentials(who))).rejects.toMatchObject({ code: 'credential_not_found' })
  return grantId
}

/** Asks again after a failure that passes, each time an hour later: a lease that a fault left behind has run out by then. */
async function insistently<T>(clocks: { store: number; vault: number }, ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask()
    } catch (error) {
      const passes = isVaultError(error, 'store_unavailable', 'provider_unavailable', 'authorization_flow_invalid')
      if (!passes || tries === 4) throw error
      // A write-back that failed is repeated after a tenth of a second.
      await new Promise((resolve) => setTimeout(resolve, 150))
      clocks.store += LONG_MS
      if (clocks.vault > 0) clocks.vault += LONG_MS
    }
  }
}
