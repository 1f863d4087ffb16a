import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { tokenOf } from '../management/fixtures/management-world.js'
import { type LoginWorld, loginWorld, VAULT_URL } from './login-world.js'

const connectionId = 'shop'
const shop = { authenticationUrl: 'https://shop.example/authorize', tokenUrl: 'https://shop.example/token', clientId: 'client-1' }
const thief = { ...shop, tokenUrl: 'https://thief.example/token', data: { oidcUserEndpointUrl: 'https://thief.example/me' } }

let world: LoginWorld
let token: string
/** A user who has signed in with the connection, and has disconnected it since. */
let userId: string
beforeEach(async () => {
  world = await loginWorld()
  const { serviceClients, accessRecords, connections } = world.vault
  const { clientId } = await serviceClients.create({ name: 'keeper of connections' })
  const resources = ['Vault:Connections', `Vault:Connections/${connectionId}`].map((resourceUri) => ({ resourceUri }))
  await accessRecords.create({ name: 'keeper', users: [{ userId: clientId }], statements: [{ roles: ['Vault:Editor'], resources }] })
  token = tokenOf((await serviceClients.createAccessKey(clientId)).accessKey, VAULT_URL)
  const { authenticationUrl: authorizationEndpoint, tokenUrl: tokenEndpoint, clientId: appId } = shop
  await connections.create({ connectionId, clientId: appId, authorizationEndpoint, tokenEndpoint })
  userId = await world.login.identities.resolve({ connectionId, issuer: undefined, subject: '1', claims: {}, source: 'userinfo' })
  await world.vault.importCredential({ connectionId, userId, accessToken: 'a', refreshToken: 'r' })
  await world.vault.disconnect({ connectionId, userId })
})
afterEach(() => world.close())

async function send(method: string, path: string, body?: object): Promise<number> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const init = { method, headers, ...(body && { body: JSON.stringify(body) }) }
  return (await world.handler(new Request(VAULT_URL + path, init), undefined)).status
}

describe('a connection that users have signed in with', () => {
  it('is not moved to a provider that would say who they are, by whoever has no right to what is theirs', async () => {
    expect(await send('PUT', '/v1/connections/shop', { ...thief, clientSecret: 'made-up' })).toBe(403)
    expect(await send('PUT', '/v1/connections/shop', { ...shop, data: { name: 'Shop' } })).toBe(200)
  })

  it('is not made anew there either', async () => {
    expect(await send('DELETE', '/v1/connections/shop')).toBe(204)
    expect(await send('POST', '/v1/connections', { ...thief, connectionId })).toBe(403)
    expect(await send('POST', '/v1/connections', { ...thief, connectionId: 'another' })).toBe(201)
  })

  it('is free once its users are forgotten', async () => {
    await world.vault.forgetUser(userId)
    expect(await send('PUT', '/v1/connections/shop', { ...thief, clientSecret: 'new' })).toBe(200)
  })
})
