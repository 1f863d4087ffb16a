import { createVault, localKeyring } from '@holdfast/vault-core'
import { memoryStore } from '@holdfast/vault-store-memory'
import { afterAll, beforeAll, describe, it, type TestContext } from 'vitest'
import { glewlwydForTests } from '../../../vitest.glewlwyd.ts'
import { REDIRECT_URI, type RegisteredClient, type SecondServer, startGlewlwyd } from './second-server/start-glewlwyd.ts'

// An authorization server that shares no code with the other one, written in another language.
const clients: readonly RegisteredClient[] = [
  { clientId: 'basic', clientSecret: 'a-secret-of-the-tests', method: 'client_secret_basic' },
  { clientId: 'post', clientSecret: 'another-of-the-tests', method: 'client_secret_post' },
  { clientId: 'public', clientSecret: undefined, method: 'none' },
]
const USER = { connectionId: 'second', userId: 'ada' } as const

// One after the other: over SQLite it answers with errors of its own where two ask for codes or tokens at once.
const glewlwyd = glewlwydForTests()
describe.for(glewlwyd ? [glewlwyd] : [])('glewlwyd', { timeout: 60_000 }, (program) => {
  let server: SecondServer
  beforeAll(async () => {
    server = await startGlewlwyd(program, clients)
  })
  afterAll(() => server?.close())

  function vaultOf({ clientId, clientSecret, method }: RegisteredClient, { onTestFinished }: TestContext, grant?: 'client_credentials') {
    const vault = createVault({
      store: memoryStore(),
      keyring: localKeyring([{ id: 'k1', key: crypto.getRandomValues(new Uint8Array(32)) }]),
      connections: [
        {
          connectionId: 'second',
          issuer: server.issuer,
          clientId,
          ...(clientSecret !== undefined && { clientSecret }),
          clientAuthentication: method,
          apiOrigins: [new URL(server.issuer).origin],
          ...(grant ? { grant: { type: grant, scope: 'files' } } : { defaultConnectionProperties: { scope: 'openid files mail' } }),
        },
      ],
      background: false,
    })
    onTestFinished(() => vault.close())
    return vault
  }

  it.for(clients)('connects, answers, refreshes, rotates and revokes: $method', async (client, context) => {
    const { expect } = context
    const vault = vaultOf(client, context)
    const { authorizationUrl, flowBinding } = await vault.authorization.start({ ...USER, redirectUri: REDIRECT_URI })
    const callbackUrl = await server.consent(authorizationUrl, client.clientId, ['openid', 'files'])
    const connected = await vault.authorization.complete({ callbackUrl, flowBinding })
    // Less than was asked for, and the account by its ID token.
    expect(connected.scope?.split(' ').toSorted()).toEqual(['files', 'openid'])
    expect(connected.accountId).not.toBe('default')
    await expect(vault.getCredentials(USER, { requiredScopes: ['mail'] })).rejects.toMatchObject({ code: 'insufficient_scope' })

    const me = `${server.issuer}/userinfo`
    const first = await vault.getCredentials(USER)
    const who = await vault.fetch(USER, me)
    expect([who.status, await who.json()]).toMatchObject([200, { sub: connected.accountId }])

    let before = first
    for (let times = 0; times < 2; times++) {
      await expect.poll(() => Date.now(), { timeout: 10_000 }).toBeGreaterThan(before.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY)
      expect((await vault.fetch(USER, me)).status).toBe(200)
      const next = await vault.getCredentials(USER, { minValidityMs: 0 })
      expect(next.accessToken).not.toBe(before.accessToken)
      before = next
    }

    const { accessToken } = await vault.getCredentials(USER, { forceRefresh: true })
    expect((await fetch(me, { headers: { authorization: `Bearer ${accessToken}` } })).status).toBe(200)
    await vault.disconnect(USER)
    await expect.poll(async () => (await fetch(me, { headers: { authorization: `Bearer ${accessToken}` } })).status).toBe(401)
  })

  it('gives an application a token of its own', async (context) => {
    const { expect } = context
    const [client] = clients
    if (!client) throw new TypeError('There is a client.')
    const vault = vaultOf(client, context, 'client_credentials')
    const { accessToken, scope } = await vault.getCredentials({ connectionId: 'second' })
    expect(scope).toBe('files')
    expect(await server.isActive(accessToken, client)).toBe(true)
  })
})
