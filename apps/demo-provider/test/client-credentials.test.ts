import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createVault, localKeyring } from '@holdfast/vault-core'
import { memoryStore } from '@holdfast/vault-store-memory'
import Provider from 'oidc-provider'
import { expect, it, onTestFinished } from 'vitest'

// The application's own token, of a real authorization server.
it('gets a token of the application’s own, calls an API with it, and gets the next one when it ends', async () => {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const [clientId, clientSecret] = ['robot', 'robot-secret-of-the-tests-alone']
  const provider = new Provider(issuer, {
    clients: [
      { client_id: clientId, client_secret: clientSecret, grant_types: ['client_credentials'], redirect_uris: [], response_types: [] },
    ],
    features: { clientCredentials: { enabled: true }, introspection: { enabled: true }, revocation: { enabled: true } },
    scopes: ['reports'],
    ttl: { ClientCredentials: 600 },
  })
  let tokens = 0
  provider.on('grant.success', () => {
    tokens += 1
  })
  server.on('request', provider.callback())
  const store = memoryStore()
  const open = () =>
    createVault({
      store,
      keyring: localKeyring([{ id: 'k1', key: new Uint8Array(32).fill(7) }]),
      connections: [{ connectionId: 'robot', issuer, clientId, clientSecret, grant: { type: 'client_credentials', scope: 'reports' } }],
      background: false,
    })
  const [vault, other] = [open(), open()]
  const robot = { connectionId: 'robot' }
  const introspect = async (token: string) => {
    const answer = await fetch(`${issuer}/token/introspection`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
      body: new URLSearchParams({ token }),
    })
    return (await answer.json()) as object
  }

  const all = await Promise.all([vault, other, vault, other].map((each) => each.getCredentials(robot)))
  const [first] = all
  expect(new Set(all.map(({ accessToken }) => accessToken)).size).toBe(1)
  expect(tokens).toBe(1)
  expect(first).toMatchObject({ scope: 'reports', tokenType: 'Bearer' })
  expect(await introspect(first?.accessToken ?? '')).toMatchObject({ active: true, client_id: clientId, scope: 'reports' })

  const second = await vault.getCredentials(robot, { forceRefresh: true })
  expect(await introspect(second.accessToken)).toMatchObject({ active: true })
  expect(second.accessToken).not.toBe(first?.accessToken)
  await vault.revokeAll()
  await expect.poll(() => introspect(second.accessToken)).toEqual({ active: false })
  expect(await introspect((await other.getCredentials(robot)).accessToken)).toMatchObject({ active: true })
  expect(tokens).toBe(3)
  await vault.close()
  await other.close()
})
