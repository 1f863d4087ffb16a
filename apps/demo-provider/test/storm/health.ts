import { isVaultError, type Vault } from '@holdfast/vault-core'
import type { StormWorld } from './storm-world.ts'

/** Alive: a token that the API takes, and another refresh after it. Else why the user has to consent again. */
export type Health = 'alive' | `over: ${string}`

const LONG_MS = 3_600_000
const AT_ONCE = 16
/** Whoever was told to ask again later asks again an hour later. */
const MOST_ROUNDS = 4

/** When all processes have ended: lets every lease run out, has the vault sweep, and looks at each credential. */
export async function healthOfAll(world: StormWorld): Promise<ReadonlyMap<string, Health>> {
  let aheadMs = LONG_MS
  const vault = world.openLater('afterwards', () => aheadMs)
  const health = new Map<string, Health>()
  try {
    await vault.sweep()
    for (let round = 1; round <= MOST_ROUNDS; round++) {
      const unknown = [...world.grants.keys()].filter((userId) => !health.has(userId))
      // The first alone: where the connection is paused one request tries, and all others wait for it.
      for (const group of [unknown.splice(0, 1), unknown]) {
        const lookOneByOne = async (): Promise<void> => {
          for (let userId = group.shift(); userId !== undefined; userId = group.shift()) {
            const found = await healthOf(world, vault, userId)
            if (found) health.set(userId, found)
          }
        }
        await Promise.all(Array.from({ length: AT_ONCE }, lookOneByOne))
      }
      aheadMs += LONG_MS
    }
    return health
  } finally {
    await vault.close()
  }
}

/** Undefined: ask again later. */
async function healthOf({ provider }: StormWorld, vault: Vault, userId: string): Promise<Health | undefined> {
  const who = { connectionId: 'demo', userId }
  try {
    const { accessToken } = await vault.getCredentials(who)
    const { accessToken: next } = await vault.getCredentials(who, { forceRefresh: true })
    const statuses = await Promise.all(
      [accessToken, next].map(async (token) => {
        const response = await fetch(new URL('files', provider.apiUrl), { headers: { authorization: `Bearer ${token}` } })
        await response.body?.cancel()
        return response.status
      }),
    )
    return accessToken !== next && statuses.every((status) => status === 200) ? 'alive' : `over: the API answers ${statuses}`
  } catch (error) {
    if (isVaultError(error, 'provider_unavailable')) return undefined
    return `over: ${isVaultError(error) ? (error.facts.reason ?? error.code) : String(error)}`
  }
}
