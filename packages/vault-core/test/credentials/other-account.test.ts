import { memoryStore } from '@holdfast/vault-store-memory'
import { expect, it } from 'vitest'
import { createVault, localKeyring, type StartAuthorization } from '../../src/index.js'
import { manualClock } from '../fixtures/manual-clock.js'
import { oidcConnection } from '../oauth/authorization-world.js'
import { fakeIssuer, ISSUER } from '../oauth/fake-issuer.js'
import { jsonAnswer } from '../oauth/faulty-token-endpoint.js'

/** Alice, and an OpenID provider at which she has several accounts. */
async function world() {
  const issuer = await fakeIssuer()
  const clock = manualClock()
  const vault = createVault({
    store: memoryStore({ clock: () => clock.now() }),
    keyring: localKeyring([{ id: 'k1', key: new Uint8Array(32).fill(7) }]),
    connections: [oidcConnection],
    clock,
    fetch: issuer.fetch,
    background: false,
  })
  const redirectUri = 'https://app.example/connect/oidc/callback'
  let count = 0
  return {
    vault,
    async connectAs(subject: string, request: Partial<StartAuthorization> = {}) {
      const flow = await vault.authorization.start({ connectionId: 'oidc', userId: 'alice', redirectUri, ...request })
      const now = Math.floor(clock.now() / 1000)
      const nonce = new URL(flow.authorizationUrl).searchParams.get('nonce') ?? ''
      const idToken = await issuer.sign({ iss: ISSUER, sub: subject, aud: 'client-1', exp: now + 300, iat: now, nonce })
      count += 1
      const body = {
        access_token: `access-${count}`,
        refresh_token: `refresh-${count}`,
        token_type: 'Bearer',
        expires_in: 3600,
        id_token: idToken,
      }
      issuer.answers.set('/token', () => jsonAnswer(200, body))
      return vault.authorization.complete({ callbackUrl: `${redirectUri}?code=c&state=${flow.state}`, flowBinding: flow.flowBinding })
    },
    tokenOf: async () => (await vault.getCredentials({ connectionId: 'oidc', userId: 'alice' })).accessToken,
  }
}

// Whoever consents with another account than before mostly does so by mistake, or was made to.
it('a consent with another account of the provider is refused, and the credential stays', async () => {
  const { connectAs, tokenOf } = await world()
  await connectAs('account-a')
  await expect(connectAs('account-b')).rejects.toMatchObject({
    code: 'authorization_response_invalid',
    facts: { reason: 'other_account', connectionId: 'oidc', userId: 'alice' },
  })
  expect(await tokenOf()).toBe('access-1')
})

it('the same account replaces its credential', async () => {
  const { connectAs, tokenOf } = await world()
  await connectAs('account-a')
  await connectAs('account-a')
  expect(await tokenOf()).toBe('access-2')
})

it('another account takes the place of the first when that is asked for', async () => {
  const { connectAs, tokenOf } = await world()
  await connectAs('account-a')
  await connectAs('account-b', { replaceAccount: true })
  expect(await tokenOf()).toBe('access-2')
})

it('another account may connect once the first was disconnected', async () => {
  const { vault, connectAs, tokenOf } = await world()
  await connectAs('account-a')
  await vault.disconnect({ connectionId: 'oidc', userId: 'alice' })
  await connectAs('account-b')
  expect(await tokenOf()).toBe('access-2')
})
