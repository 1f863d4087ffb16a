import { createHash, randomBytes } from 'node:crypto'
import { createVault, localKeyring, type Vault, type VaultStore } from '@holdfast/vault-core'
import { createLogin } from '@holdfast/vault-login'
import { memoryStore } from '@holdfast/vault-store-memory'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canariesIn } from '../../../packages/vault-core/test/fixtures/canary.ts'
import { consentByHttp, type DemoProvider, startDemoProvider } from '../src/index.ts'
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
    'holds no token, no client secret, no code verifier, no session, no private key and no name of a person, in no shape',
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
  note(...(await signIn(vault)))
  await vault.close()
  return secrets
}

/** Signs Alice in through the vault, and returns what belongs to her, or to the vault, alone. */
async function signIn(vault: Vault): Promise<readonly string[]> {
  const login = createLogin({
    vault,
    publicUrl: 'https://vault.example',
    applications: [{ applicationId: 'app', redirectUrls: ['https://app.example'] }],
  })
  const scope = 'openid profile email offline_access files.read'
  const connectionProperties = { scope, prompt: 'consent' }
  const flow = await vault.authorization.start({
    connectionId: 'demo',
    redirectUri: REDIRECT_URI,
    context: 'sign-in',
    connectionProperties,
  })
  const { userId, connectionId } = await vault.authorization.complete({
    callbackUrl: await consentByHttp(flow.authorizationUrl),
    flowBinding: flow.flowBinding,
    resolveUser: (identity) => login.identities.resolve(identity),
  })
  const { name = '', email = '' } = await login.identities.profileOf(userId)
  expect([name, email]).not.toContain('')
  const { token, session } = await login.sessions.start({ userId, applicationId: 'app', connectionId })
  const { accessToken, idToken } = await login.tokens.issue(session)
  const code = await login.codes.issue({
    ...session,
    requestId: 'request',
    redirectUrl: 'https://app.example',
    codeChallenge: 'x'.repeat(43),
  })
  const resumed = await login.sessions.resume(token.reveal())
  const secretOf = (held: string): string => held.split('.').at(-1) ?? ''
  return [name, email, secretOf(token.reveal()), secretOf(resumed?.token.reveal() ?? ''), code, accessToken, idToken]
}

/** Everything that the memory store holds, read out of it part by part. */
async function imageOf({ credentials, documents, outbox, audit }: VaultStore): Promise<string> {
  const tenant = 'default'
  const parts: unknown[] = [(await credentials.list({ tenant, limit: 1_000 })).items]
  const kinds = [
    'data_key',
    'tenant_data_key',
    'connection',
    'service_client',
    'access_record',
    'identity',
    'user-identities',
    'signing-key',
  ]
  const users = (await documents.list({ tenant, kind: 'user', limit: 1_000 })).items
  const sessions = users.map(({ id }) => `session:${createHash('sha256').update(id).digest('base64url')}`)
  for (const kind of [...kinds, ...sessions]) parts.push((await documents.list({ tenant, kind, limit: 1_000 })).items)
  parts.push(await outbox.lease({ tenant, topics: ['revocation'], limit: 100, leaseMs: 1 }), await audit.list({ tenant, limit: 1_000 }))
  return JSON.stringify(parts, (_key, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value))
}
