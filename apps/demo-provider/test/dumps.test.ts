import { randomBytes } from 'node:crypto'
import { createVault, localKeyring, type VaultStore } from '@holdfast/vault-core'
import { memoryStore } from '@holdfast/vault-store-memory'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canariesIn } from '../../../packages/vault-core/test/fixtures/canary.ts'
import { type DemoProvider, startDemoProvider } from '../src/index.ts'
import { dumpStore } from './dumps/dump-store.ts'
import { connectUser, REDIRECT_URI } from './stampede/connect-user.ts'
import { places } from './stampede/places.ts'
import { openStore } from './stampede/vault-over.ts'

const STORED_SECRET = 'canary-secret-of-a-stored-connection'
const USERS = ['alice', 'bob', 'carol']

let provider: DemoProvider
beforeAll(async () => {
  provider = await startDemoProvider({ redirectUris: [REDIRECT_URI] })
})
afterAll(() => provider.close())

const memory = {
  name: 'memory',
  isThere: true,
  make: async () => ({ place: undefined, remove: async () => undefined }),
}

// Whoever steals the database has no key, and gets nothing.
describe.each([memory, ...places])('a dump of the whole store: $name', ({ isThere, make }) => {
  it.skipIf(!isThere)(
    'holds no token, no client secret, no code verifier and no private key, in no shape',
    { timeout: 60_000 },
    async () => {
      const made = await make()
      const store = made.place ? openStore(made.place, () => 0) : memoryStore()
      const secrets = await liveIn(store)
      const dump = made.place ? await dumpStore(made.place) : await imageOf(store)
      expect(secrets.size).toBeGreaterThan(10)
      // The dump is the right one, and would show what stands open.
      for (const open of [...USERS, 'a stored connection', 'a job']) expect(dump).toContain(open)
      expect(canariesIn(dump, [...secrets])).toEqual([])
      await store.close()
      await made.remove()
    },
  )
})

/** Uses all of a vault once, and returns every secret that passed through it. */
async function liveIn(store: VaultStore): Promise<ReadonlySet<string>> {
  const secrets = new Set([provider.clientSecret, STORED_SECRET])
  const vault = createVault({
    store: { ...store, close: async () => undefined },
    keyring: localKeyring([{ id: 'k1', key: randomBytes(32) }]),
    connections: [
      {
        connectionId: 'demo',
        issuer: provider.issuer,
        clientId: provider.clientId,
        clientSecret: provider.clientSecret,
        defaultConnectionProperties: { scope: 'openid offline_access files.read', prompt: 'consent' },
      },
    ],
    background: false,
    async fetch(input, init) {
      const form = init?.body instanceof URLSearchParams ? init.body : new URLSearchParams()
      note(form.get('code_verifier'), form.get('refresh_token'))
      const response = await fetch(input, init)
      if (response.headers.get('content-type')?.includes('json')) {
        const answer: Record<string, unknown> = await response.clone().json()
        note(answer['access_token'], answer['refresh_token'], answer['id_token'])
      }
      return response
    },
  })
  function note(...values: readonly unknown[]): void {
    for (const value of values) if (typeof value === 'string') secrets.add(value)
  }
  for (const userId of USERS) await connectUser(vault, userId)
  await vault.getCredentials({ connectionId: 'demo', userId: 'alice' }, { forceRefresh: true })
  await vault.disconnect({ connectionId: 'demo', userId: 'bob' })
  const flow = await vault.authorization.start({ connectionId: 'demo', userId: 'dave', redirectUri: REDIRECT_URI })
  note(flow.flowBinding)
  await vault.connections.put({
    connectionId: 'stored',
    name: 'a stored connection',
    issuer: provider.issuer,
    clientId: 'client',
    clientSecret: STORED_SECRET,
  })
  const job = await vault.serviceClients.create({ name: 'a job' })
  const { accessKey } = await vault.serviceClients.createAccessKey(job.clientId)
  // The other parts of the key are ids.
  note(accessKey.split('.').at(-1))
  await vault.close()
  return secrets
}

/** Everything that the memory store holds, read out of it part by part. */
async function imageOf({ credentials, documents, outbox, audit }: VaultStore): Promise<string> {
  const tenant = 'default'
  const parts: unknown[] = [(await credentials.list({ tenant, limit: 1_000 })).items]
  for (const kind of ['data_key', 'tenant_data_key', 'connection', 'service_client', 'access_record'])
    parts.push((await documents.list({ tenant, kind, limit: 1_000 })).items)
  parts.push(await outbox.lease({ tenant, topics: ['revocation'], limit: 100, leaseMs: 1 }), await audit.list({ tenant, limit: 1_000 }))
  return JSON.stringify(parts, (_key, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value))
}
