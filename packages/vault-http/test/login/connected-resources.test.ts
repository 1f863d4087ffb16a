import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { isConnectedResource } from '@holdfast/vault-core'
import { connectResource } from '@holdfast/vault-core/mcp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LoginWorld, loginWorld, VAULT_URL } from './login-world.js'

const CODE = { flowType: 'code', responseLocation: 'query' }

let world: LoginWorld
let stranger: Server
let connectionId: string

/** Somebody has his own server connected by its URL. It calls itself what users trust, and says at whose word its users are who they are. */
beforeAll(async () => {
  world = await loginWorld()
  stranger = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ resource, authorization_servers: [world.provider.issuer], resource_name: 'Driftbox, the better one' }))
  })
  await once(stranger.listen(0, '127.0.0.1'), 'listening')
  const address = stranger.address()
  const resource = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/mcp`
  const connected = await connectResource(world.vault, {
    resource,
    clientName: 'Harbour Notes',
    clientId: world.provider.clientId,
    redirectUris: [`${VAULT_URL}/callback`],
    allowPrivateAddresses: true,
  })
  connectionId = connected.connectionId
})
afterAll(async () => {
  await world.close()
  stranger.close()
  stranger.closeAllConnections()
})

describe('a server that was connected by its URL', () => {
  it('is told apart from other connections', async () => {
    expect(isConnectedResource(await world.vault.connections.get(connectionId))).toBe(true)
    expect(isConnectedResource(await world.vault.connections.get('demo'))).toBe(false)
  })

  it('is no way to sign in on the page that lists those, nor behind its form', async () => {
    const browser = world.browser()
    const asked = await world.authenticate(browser, { body: { connectionId: undefined, ...CODE } })
    const html = await (await browser.navigate(asked.answer.authenticationUrl, 'same-site')).text()
    expect([...html.matchAll(/Continue with ([^<]+)</g)].map(([, name]) => name)).toEqual(['Driftbox', 'Kelp &#38; Co'])
    const request = /name="request" value="([^"]+)"/.exec(html)?.[1] ?? ''
    const chosen = await browser.submit('/login', { request, connection: connectionId })
    expect([chosen.status, chosen.headers.get('location')]).toEqual([404, null])
  })

  it.each([
    ['a page', {}],
    ['what is no page', { origin: undefined }],
  ])('is no way to sign in for %s that names it: it would say who comes', async (_who, asking) => {
    const { response, answer } = await world.authenticate(world.browser(), { ...asking, body: { connectionId, ...CODE } })
    expect([response.status, answer]).toMatchObject([404, { errorCode: 'connection_not_found' }])
  })

  it('can be linked by a user who is signed in', async () => {
    const browser = world.browser()
    const { asked, page } = await world.signIn(browser, { body: CODE })
    const tokens: unknown = await (await world.redeem(browser, asked, page.searchParams.get('code') ?? '')).json()
    const { access_token: token } = tokens as { readonly access_token: string }
    const link = { body: { linkIdentity: true, connectionId }, headers: { authorization: `Bearer ${token}` } }
    const { response, answer } = await world.authenticate(browser, link)
    expect(response.status).toBe(200)
    const onward = await browser.navigate(answer.authenticationUrl, 'same-site')
    expect(new URL(onward.headers.get('location') ?? '').origin).toBe(world.provider.issuer)
  })
})
