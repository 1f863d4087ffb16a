import { consentByHttp } from '@holdfast/demo-provider'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { APP_URL, type LoginWorld, loginWorld, VAULT_URL } from './login-world.js'

let world: LoginWorld
beforeEach(async () => {
  world = await loginWorld({ handler: { cookieDomain: 'example.com' } })
})
afterEach(() => world.close())

it('signs in whoever has another account on the connection besides, which waits for his consent', async () => {
  const browser = world.browser()
  await world.signIn(browser)
  const connectionId = 'demo'
  const profile = async () => (await browser.script(APP_URL, 'GET', '/api/session/profile')).json()
  const { userId } = await profile()
  const [own] = (await world.vault.listCredentials({ userId })).items

  // He connects Bob’s account, too, and ends the credential of his own.
  const connectionProperties = { scope: 'openid', prompt: 'consent' }
  const redirectUri = `${VAULT_URL}/connect/demo/callback`
  world.provider.setAccessTokenTtl(5)
  const flow = await world.vault.authorization.start({ connectionId, userId, redirectUri, connectionProperties, addAccount: true })
  const callbackUrl = await consentByHttp(flow.authorizationUrl, { login: 'bob' })
  const { accountId } = await world.vault.authorization.complete({ callbackUrl, flowBinding: flow.flowBinding })
  await world.vault.disconnect({ connectionId, userId, accountId: own?.accountId ?? '' })
  world.advance(10_000)
  await expect(world.vault.getCredentials({ connectionId, userId, accountId })).rejects.toMatchObject({ code: 'reauthorization_required' })

  await world.signIn(browser)
  expect((await profile()).userId).toBe(userId)
  const connected = (await world.vault.listCredentials({ userId })).items.map((item) => item.accountId)
  expect(new Set(connected)).toEqual(new Set([accountId, own?.accountId]))
})
