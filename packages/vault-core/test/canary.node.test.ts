import { describe, expect, it } from 'vitest'
import type { VaultStore } from '../src/index.js'
import { canariesIn, canaryForms } from './fixtures/canary.js'
import { everythingOf } from './fixtures/everything-of.js'
import { json, PROVIDER, reset } from './fixtures/faulty-provider.js'
import { ALICE, type VaultWorld, vaultWorld } from './fixtures/vault-world.js'

const HOUR = 3_600_000
const SECRETS = ['canary-client-secret', ...Array.from({ length: 9 }, (_, n) => `canary-refresh-${n + 1}`)]

/** Everything that goes into a store, as bytes and as text. */
function recorded(store: VaultStore, seen: string[]): VaultStore {
  const record = (part: unknown): void => {
    seen.push(
      JSON.stringify(part, (_key, value: unknown) =>
        value instanceof Uint8Array ? `${Buffer.from(value).toString('latin1')} ${Buffer.from(value).toString('hex')}` : value,
      ) ?? '',
    )
  }
  const wrap = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(from, property, receiver) {
        const value: unknown = Reflect.get(from, property, receiver)
        if (typeof value === 'function') {
          return (...args: unknown[]) => {
            record(args)
            return Reflect.apply(value, from, args)
          }
        }
        return typeof value === 'object' && value !== null ? wrap(value) : value
      },
    })
  return wrap(store)
}

/** Walks every path of the core once, and returns whatever could be seen from outside. */
async function walkAllPaths(world: VaultWorld, prepare: (store: VaultStore) => VaultStore): Promise<readonly unknown[]> {
  const seen: unknown[] = []
  const urls: string[] = []
  const vault = world.vault({
    store: prepare(world.store),
    fetch: (input, init) => {
      urls.push(input instanceof Request ? input.url : String(input))
      return world.provider.fetch(input, init)
    },
  })
  const attempt = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      seen.push(await work())
    } catch (error) {
      seen.push(error)
    }
  }
  const fault = async (respond: () => Response, when: 'before' | 'after' = 'before'): Promise<void> => {
    await world.clock.advance(2 * HOUR)
    world.provider.failNext({ when, respond })
    await attempt(() => vault.getCredentials(ALICE))
  }

  const flow = await vault.authorization.start({ ...ALICE, redirectUri: 'https://app.example/callback' })
  seen.push(flow)
  await attempt(() =>
    vault.authorization.complete({ callbackUrl: `https://app.example/callback?code=c&state=${flow.state}`, flowBinding: 'wrong' }),
  )
  await world.connect(vault)
  await attempt(() => vault.getCredentials(ALICE))
  await fault(() => json(503, { error: 'temporarily_unavailable', error_description: 'canary-refresh-1' }))
  await fault(() => json(401, { error: 'invalid_client', error_description: 'canary-client-secret' }))
  await fault(() => json(400, { error: 'canary-refresh-1' }))
  await fault(() => new Response('<p>canary-refresh-1</p>', { status: 500 }))
  await fault(() => json(200, { access_token: 'a', refresh_token: 'canary-refresh-2', token_type: 'mac' }), 'after')
  await world.clock.advance(HOUR)
  await attempt(() => vault.getCredentials(ALICE))
  await fault(() => {
    throw new TypeError('fetch failed with canary-client-secret', { cause: new Error('canary-refresh-3') })
  })
  await world.clock.advance(HOUR)
  await attempt(() => vault.getCredentials(ALICE, { forceRefresh: true }))
  await fault(reset, 'after')
  await world.clock.advance(HOUR)
  await attempt(() => vault.getCredentials(ALICE))
  await attempt(() => vault.listCredentials())
  await world.connect(vault)
  const client = await vault.serviceClients.create({ name: 'job' })
  await attempt(() => vault.serviceClients.get(client.clientId))
  await attempt(() => vault.connections.get('drive'))
  await attempt(() => vault.disconnect(ALICE))
  await attempt(() => vault.disconnect({ ...ALICE, userId: '' }))
  await attempt(() =>
    Promise.reject(world.vault({ connections: [{ connectionId: 'x', clientId: 'canary-client-secret', clientSecret: 7 as never }] })),
  )
  seen.push(vault, world.events, world.logLines, urls)
  await vault.close()
  return seen
}

describe('canary: the refresh token and the client secret', () => {
  it('show in no answer, error, log line, event, URL, and in no inspection of the vault', async () => {
    const world = vaultWorld()
    const seen = await walkAllPaths(world, (store) => store)
    expect(world.provider.refreshes()).toBeGreaterThan(5)
    expect(seen.length).toBeGreaterThan(15)
    for (const thing of seen) expect(canariesIn(everythingOf(thing), SECRETS)).toEqual([])
  })

  it('show in no byte that reaches the store; nor do access token, code verifier and flow binding', async () => {
    const written: string[] = []
    const world = vaultWorld()
    await walkAllPaths(world, (store) => recorded(store, written))
    expect(written.length).toBeGreaterThan(30)
    const secrets = [...SECRETS, ...Array.from({ length: 9 }, (_, n) => `canary-access-${n + 1}`)]
    for (const bytes of written) expect(canariesIn(bytes, secrets), bytes.slice(0, 1500)).toEqual([])
  })

  it('would be found: the search sees each shape of a secret', () => {
    const secret = 'canary-refresh-1'
    const shapes = [
      secret,
      btoa(secret),
      btoa(`{"a":"${secret}"}`),
      btoa(`x${secret}yz`),
      Buffer.from(secret).toString('hex'),
      Buffer.from(secret, 'utf16le').toString('latin1'),
    ]
    for (const shape of shapes) expect(canariesIn(`before ${shape} after`, [secret]), shape).toEqual([secret])
    expect(canariesIn(`nothing of ${PROVIDER} here`, [secret])).toEqual([])
    expect(canaryForms(secret).every((form) => form.length > 8)).toBe(true)
  })
})
