import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LoginBrowser } from './login-browser.js'
import { APP, APP_URL, type LoginWorld, loginWorld, type SignedInPage, VAULT_URL } from './login-world.js'

const CODE = { body: { flowType: 'code', responseLocation: 'query' } }

interface Tokens {
  readonly access_token: string
  readonly id_token: string
  readonly expires_in: number
}

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` })

let world: LoginWorld
beforeAll(async () => {
  world = await loginWorld()
})
afterAll(() => world.close())

/** Signs in with a code, and redeems it. */
async function tokensOf(browser: LoginBrowser, as = 'alice'): Promise<Tokens> {
  const { asked, page } = await world.signIn(browser, { ...CODE, as })
  return (await (await world.redeem(browser, asked, page.searchParams.get('code') ?? '')).json()) as Tokens
}

describe('the whole way of a sign-in', () => {
  it('goes to the provider and back, and ends in tokens, the provider’s token, a session that goes on, and a sign-out', async () => {
    const browser = world.browser()
    const { asked, page } = await world.signIn(browser, CODE)
    expect(page.origin + page.pathname).toBe(`${APP_URL}/home`)
    expect(page.searchParams.get('nonce')).toBe(asked.answer.authenticationRequestId)
    expect(page.searchParams.get('iss')).toBe(VAULT_URL)

    const redeemed = await world.redeem(browser, asked, page.searchParams.get('code') ?? '')
    expect([redeemed.status, redeemed.headers.get('access-control-allow-origin')]).toEqual([200, APP_URL])
    const tokens = (await redeemed.json()) as Tokens
    expect(tokens.expires_in).toBe(3_600)
    expect(decodeJwt(tokens.access_token)).toMatchObject({ iss: VAULT_URL, client_id: APP, azp: 'demo' })
    expect(decodeJwt(tokens.id_token)).toMatchObject({ iss: VAULT_URL, aud: APP, name: 'Alice Alvarez', email: 'alice@example.com' })

    const credentials = await browser.script(APP_URL, 'GET', '/api/session/credentials', { headers: bearer(tokens.access_token) })
    const { accessToken } = (await credentials.json()) as { accessToken: string }
    const files = await fetch(new URL('files', world.provider.apiUrl), { headers: bearer(accessToken) })
    expect(await files.json()).toMatchObject({ owner: 'Alice Alvarez' })

    const continued = await browser.script(APP_URL, 'PATCH', '/api/session', { body: {} })
    const fresh = (await continued.json()) as Tokens
    expect(continued.status).toBe(200)
    expect(decodeJwt(fresh.access_token)).toMatchObject({ sub: decodeJwt(tokens.access_token).sub, azp: 'demo' })

    const ended = await browser.script(APP_URL, 'DELETE', '/api/session')
    expect([ended.status, [...browser.cookies.keys()].filter((name) => name.includes('session'))]).toEqual([200, []])
    expect((await browser.script(APP_URL, 'PATCH', '/api/session', { body: {} })).status).toBe(404)
    const afterwards = await browser.script(APP_URL, 'GET', '/api/session/credentials', { headers: bearer(fresh.access_token) })
    expect(afterwards.status).toBe(401)
  })

  it('gives tokens that any service verifies with the published keys, and finds those by the discovery document', async () => {
    const { access_token } = await tokensOf(world.browser())
    const discovery = await world.handler(new Request(`${VAULT_URL}/.well-known/openid-configuration`), undefined)
    const { issuer, jwks_uri } = (await discovery.json()) as { issuer: string; jwks_uri: string }
    expect(issuer).toBe(VAULT_URL)
    const keys = await (await world.handler(new Request(jwks_uri), undefined)).json()
    const { payload } = await jwtVerify(access_token, createLocalJWKSet(keys as never), { issuer, typ: 'at+jwt' })
    expect(payload.sub).toMatch(/^usr_/)
  })

  it('knows a user again by his account, from any browser', async () => {
    const [first, second, bob] = [await tokensOf(world.browser()), await tokensOf(world.browser()), await tokensOf(world.browser(), 'bob')]
    expect(decodeJwt(second.access_token).sub).toBe(decodeJwt(first.access_token).sub)
    expect(decodeJwt(bob.access_token).sub).not.toBe(decodeJwt(first.access_token).sub)
  })

  it('takes a user’s token on the other routes, for his own credentials and no one else’s', async () => {
    const { access_token } = await tokensOf(world.browser())
    const { sub = '' } = decodeJwt(access_token)
    const get = (userId: string): Promise<Response> =>
      world.handler(
        new Request(`${VAULT_URL}/v1/connections/demo/users/${userId}/credentials`, { headers: bearer(access_token) }),
        undefined,
      )
    const own = await get(sub)
    expect([own.status, (await get('usr_other')).status]).toEqual([200, 403])
    const { accessToken } = (await own.json()) as { accessToken: string }
    const exchanged = await world.handler(
      new Request(`${VAULT_URL}/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
          subject_token: access_token,
          subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
          audience: 'demo',
        }),
      }),
      undefined,
    )
    expect(await exchanged.json()).toMatchObject({ access_token: accessToken })
  })

  it('begins for a server, which sends no origin and no proof, where the vault was told so', async () => {
    const lenient = await loginWorld({ handler: { requireProofOfWork: false } })
    const asked = await lenient.authenticate(lenient.browser(), { origin: undefined, body: { antiAbuseHash: undefined } })
    expect([asked.response.status, asked.answer.authenticationUrl]).toEqual([200, expect.stringContaining(`${VAULT_URL}/login?request=`)])
    await lenient.close()
  })

  it('takes the connection of a tenant that the application names instead', async () => {
    await world.vault.tenants.create({ tenantId: 't1', tenantLookupIdentifier: 'acme.example', connection: { connectionId: 'other' } })
    const browser = world.browser()
    const of = (tenantLookupIdentifier: string) =>
      world.authenticate(browser, { body: { connectionId: undefined, tenantLookupIdentifier } })
    const { answer } = await of('acme.example')
    const onward = await browser.navigate(answer.authenticationUrl, 'same-site')
    expect(new URL(onward.headers.get('location') ?? '').origin).toBe(world.otherProvider.issuer)
    expect((await of('nobody.example')).response.status).toBe(404)
  })
})

describe('connection properties', () => {
  it('arrive at the provider, over the connection’s own', async () => {
    const browser = world.browser()
    const properties = { scope: 'openid files.read', access_type: 'offline', prompt: 'login consent' }
    const { answer } = await world.authenticate(browser, { body: { connectionProperties: properties } })
    const onward = await browser.navigate(answer.authenticationUrl, 'same-site')
    const asked = new URL(onward.headers.get('location') ?? '')
    expect(asked.origin).toBe(world.provider.issuer)
    expect(Object.fromEntries(asked.searchParams)).toMatchObject(properties)
  })

  it.each(['client_id', 'redirect_uri', 'state', 'response_type', 'code_challenge', 'code_challenge_method', 'nonce', 'STATE', 'request'])(
    'cannot set %s',
    async (name) => {
      const browser = world.browser()
      const { response, answer } = await world.authenticate(browser, { body: { connectionProperties: { [name]: 'x', scope: 'openid' } } })
      expect([response.status, answer.errorCode, answer.fields]).toEqual([
        400,
        'invalid_request',
        { [`connectionProperties.${name}`]: expect.stringContaining('reserved') },
      ])
    },
  )
})

describe('linked accounts', () => {
  const link = async (browser: LoginBrowser, token: string, as: string, connectionId = 'other'): Promise<SignedInPage> =>
    world.signIn(browser, { as, body: { linkIdentity: true, connectionId }, headers: bearer(token), credentials: false })

  it('are listed in the profile, sign in the same user, and can be taken away again', async () => {
    const browser = world.browser()
    const { access_token } = await tokensOf(browser, 'carol')
    const { asked, page } = await link(browser, access_token, 'carol')
    expect(Object.fromEntries(page.searchParams)).toEqual({ nonce: asked.answer.authenticationRequestId, iss: VAULT_URL })

    const profile = async (): Promise<object> =>
      (await (await browser.script(APP_URL, 'GET', '/api/session/profile', { headers: bearer(access_token) })).json()) as object
    const driftbox = expect.objectContaining({ connection: { connectionId: 'demo', userId: 'carol' } })
    const kelp = expect.objectContaining({ connection: { connectionId: 'other', userId: 'carol' } })
    expect(await profile()).toMatchObject({ name: 'Carol Castell', linkedIdentities: [driftbox, kelp] })

    const credentials = await browser.script(APP_URL, 'GET', '/api/session/credentials?connectionId=other', {
      headers: bearer(access_token),
    })
    expect(credentials.status).toBe(200)
    const elsewhere = await world.signIn(world.browser(), { as: 'carol', body: { connectionId: 'other', ...CODE.body } })
    const tokens = (await (
      await world.redeem(world.browser(), elsewhere.asked, elsewhere.page.searchParams.get('code') ?? '')
    ).json()) as Tokens
    expect(decodeJwt(tokens.access_token).sub).toBe(decodeJwt(access_token).sub)

    const unlink = (id: string): Promise<Response> =>
      browser.script(APP_URL, 'DELETE', `/api/session/identities/${id}`, { headers: bearer(access_token) })
    expect((await unlink('other')).status).toBe(200)
    expect(await profile()).toMatchObject({ linkedIdentities: [driftbox] })
    const gone = await browser.script(APP_URL, 'GET', '/api/session/credentials?connectionId=other', { headers: bearer(access_token) })
    expect(await gone.json()).toMatchObject({ errorCode: 'credential_not_found' })
    expect([(await unlink('other')).status, (await unlink('demo')).status]).toEqual([404, 409])
  })

  it('go by the session’s cookie, too, where the page sends it along', async () => {
    const browser = world.browser()
    const { access_token } = await tokensOf(browser, 'bob')
    await world.signIn(browser, { as: 'bob', body: { linkIdentity: true, connectionId: 'other' }, headers: { authorization: 'null' } })
    const profile = await browser.script(APP_URL, 'GET', '/api/session/profile', { headers: { authorization: 'Bearer null' } })
    const { linkedIdentities } = (await profile.json()) as { linkedIdentities: readonly object[] }
    expect([linkedIdentities.length, profile.status]).toEqual([2, 200])
    const unlinked = await browser.script(APP_URL, 'DELETE', '/api/session/identities/other', { headers: bearer(access_token) })
    expect(unlinked.status).toBe(200)
  })

  it('cannot be another user’s', async () => {
    const [owner, other] = [world.browser(), world.browser()]
    await world.signIn(owner, { as: 'alice', body: { connectionId: 'other', ...CODE.body } })
    const { access_token } = await tokensOf(other, 'bob')
    const { answer } = await world.authenticate(other, {
      body: { linkIdentity: true, connectionId: 'other' },
      headers: bearer(access_token),
    })
    const { consent } = world
    const refused = await consent(other, answer.authenticationUrl, 'alice')
    const html = await refused.text()
    expect([refused.status, html]).toEqual([409, expect.stringContaining('already belongs to another user')])
    expect(world.wayBackOf(html).searchParams.get('error')).toBe('identity_taken')
  })

  it('need somebody who is signed in', async () => {
    const { response, answer } = await world.authenticate(world.browser(), { body: { linkIdentity: true } })
    expect([response.status, answer.errorCode]).toEqual([401, 'unauthenticated'])
  })
})
