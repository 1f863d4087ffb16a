import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LoginBrowser } from './login-browser.js'
import { APP_URL, type Asked, type LoginWorld, loginWorld, VAULT_URL } from './login-world.js'

const CODE = { flowType: 'code', responseLocation: 'query' }
const NO_CONNECTION = { body: { connectionId: undefined, ...CODE } }

let world: LoginWorld
beforeAll(async () => {
  world = await loginWorld({
    applications: [
      { applicationId: 'app_default', name: 'Harbour <b>Notes</b>', redirectUrls: [`${APP_URL}/`] },
      { applicationId: 'app_other', name: 'Other', redirectUrls: ['https://other.example.com/'] },
    ],
  })
})
afterAll(() => world.close())

const open = async (browser: LoginBrowser, asked: Asked, site: 'cross-site' | 'same-site' = 'same-site') => {
  const response = await browser.navigate(asked.answer.authenticationUrl, site)
  return { response, location: response.headers.get('location'), html: await response.text() }
}

/** The sealed request in a page’s form. */
const requestIn = (html: string): string => /name="request" value="([^"]+)"/.exec(html)?.[1] ?? ''

describe('the page that lists the connections', () => {
  it('names them and the application, runs and loads nothing, and leads to the one that is chosen', async () => {
    const browser = world.browser()
    const { response, html } = await open(browser, await world.authenticate(browser, NO_CONNECTION))
    expect(response.status).toBe(200)
    expect(html).toContain('<html lang="en">')
    expect(html).toContain('<h1>Sign in to Harbour &#60;b&#62;Notes&#60;/b&#62;</h1>')
    expect(html).toMatch(/<button name="connection" value="demo">.*Continue with Driftbox<\/span><\/button>/)
    expect(html).toContain('Continue with Kelp &#38; Co')
    expect(html).not.toMatch(/<script|javascript:|<b>|https?:\/\/(?!app\.example\.com)/)
    expect(response.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'/,
    )
    const chosen = await browser.submit('/login', { request: requestIn(html), connection: 'other' })
    expect([chosen.status, new URL(chosen.headers.get('location') ?? '').origin]).toEqual([303, world.otherProvider.issuer])
  })

  it('names none with which nobody can sign in: those that have a credential of their own, or connect devices alone', async () => {
    const machines = await loginWorld()
    const tokenEndpoint = 'https://machines.example/token'
    const { connections } = machines.vault
    await connections.create({
      name: 'Nightly job',
      tokenEndpoint,
      clientId: 'c',
      clientSecret: 's',
      grant: { type: 'client_credentials' },
    })
    await connections.create({ name: 'API key', clientId: 'c', clientSecret: 's', grant: { type: 'api_key' } })
    await connections.create({ name: 'Television', tokenEndpoint, deviceAuthorizationEndpoint: `${tokenEndpoint}/device`, clientId: 'c' })
    await connections.create({ name: 'By issuer', issuer: machines.provider.issuer, clientId: 'c' })
    const browser = machines.browser()
    const { html } = await open(browser, await machines.authenticate(browser, NO_CONNECTION))
    expect([...html.matchAll(/Continue with ([^<]+)</g)].map(([, name]) => name)).toEqual(['Driftbox', 'Kelp &#38; Co', 'By issuer'])
    await machines.close()
  })

  it('names those alone that the application offers, in its order; others are for whoever names them', async () => {
    const chosen = await loginWorld({
      applications: [{ applicationId: 'app_default', redirectUrls: [`${APP_URL}/`], offeredConnections: ['gone', 'other', 'demo'] }],
    })
    const { connectionId } = await chosen.vault.connections.create({ name: 'Acme Ltd', issuer: chosen.provider.issuer, clientId: 'c' })
    const browser = chosen.browser()
    const { html } = await open(browser, await chosen.authenticate(browser, NO_CONNECTION))
    expect([...html.matchAll(/Continue with ([^<]+)</g)].map(([, name]) => name)).toEqual(['Kelp &#38; Co', 'Driftbox'])
    expect(html).not.toContain('Acme')
    const named = await open(browser, await chosen.authenticate(browser, { body: { connectionId } }))
    expect(named.location).toContain(chosen.provider.issuer)
    await chosen.close()
  })

  it('leads to a sign-in with that connection, as if the application had named it', async () => {
    const browser = world.browser()
    const asked = await world.authenticate(browser, NO_CONNECTION)
    const { html } = await open(browser, asked)
    const onward = await browser.submit('/login', { request: requestIn(html), connection: 'other' })
    const callback = await world.consent(browser, onward.headers.get('location') ?? '', 'bob')
    const page = new URL(callback.headers.get('location') ?? '')
    expect(page.searchParams.get('nonce')).toBe(asked.answer.authenticationRequestId)
    expect((await world.redeem(browser, asked, page.searchParams.get('code') ?? '')).status).toBe(200)
  })

  it('has a way back for whoever wants none of them', async () => {
    const browser = world.browser()
    const asked = await world.authenticate(browser, NO_CONNECTION)
    const way = world.wayBackOf((await open(browser, asked)).html)
    expect(way.origin + way.pathname).toBe(`${APP_URL}/home`)
    expect(Object.fromEntries(way.searchParams)).toEqual({
      nonce: asked.answer.authenticationRequestId,
      iss: VAULT_URL,
      error: 'authorization_denied',
    })
  })

  it('takes no connection that is not there, and none at all', async () => {
    const browser = world.browser()
    const { html } = await open(browser, await world.authenticate(browser, NO_CONNECTION))
    const nobody = await browser.submit('/login', { request: requestIn(html), connection: 'nobody' })
    const none = await browser.submit('/login', { request: requestIn(html) })
    expect([nobody.status, none.status]).toEqual([404, 400])
    expect(await nobody.text()).toContain('not there')
  })

  it('does not let the form change the connection that the application named', async () => {
    const browser = world.browser()
    const { answer } = await world.authenticate(browser)
    const request = new URL(answer.authenticationUrl).searchParams.get('request') ?? ''
    const onward = await browser.submit('/login', { request, connection: 'other' })
    expect(new URL(onward.headers.get('location') ?? '').origin).toBe(world.provider.issuer)
  })
})

describe('a session that is there', () => {
  it('is continued without any page, with a new token of its own', async () => {
    const browser = world.browser()
    await world.signIn(browser, { body: CODE })
    const before = browser.cookies.get('__Host-holdfast-session_app_default')?.value
    const asked = await world.authenticate(browser, NO_CONNECTION)
    const { location } = await open(browser, asked)
    const page = new URL(location ?? '')
    expect(page.searchParams.get('nonce')).toBe(asked.answer.authenticationRequestId)
    expect((await world.redeem(browser, asked, page.searchParams.get('code') ?? '')).status).toBe(200)
    expect(browser.cookies.get('__Host-holdfast-session_app_default')?.value).not.toBe(before)
  })

  it('is not continued when another account is wanted, or a connection is named', async () => {
    const browser = world.browser()
    await world.signIn(browser, { body: CODE })
    const wanted = await world.authenticate(browser, { body: { ...NO_CONNECTION.body, multiAccount: true } })
    expect((await open(browser, wanted)).html).toContain('Continue with Driftbox')
    const named = await open(browser, await world.authenticate(browser))
    expect(named.location).toContain(world.provider.issuer)
  })

  it('is continued for another application, as a session of that one beside it', async () => {
    const browser = world.browser()
    await world.signIn(browser, { body: CODE })
    const origin = 'https://other.example.com'
    const asked = await world.authenticate(browser, { origin, body: { ...NO_CONNECTION.body, applicationId: 'app_other' } })
    const { location } = await open(browser, asked)
    const code = new URL(location ?? '').searchParams.get('code') ?? ''
    const redeemed = await world.redeem(browser, asked, code, { client_id: 'app_other' })
    expect(redeemed.status).toBe(200)
    for (const page of [origin, APP_URL]) expect((await browser.script(page, 'PATCH', '/api/session', { body: {} })).status, page).toBe(200)
  })

  it('that has ended makes the page ask again', async () => {
    const browser = world.browser()
    await world.signIn(browser, { body: CODE })
    const kept = new Map(browser.cookies)
    await browser.script(APP_URL, 'DELETE', '/api/session')
    for (const [name, cookie] of kept) browser.cookies.set(name, cookie)
    expect((await open(browser, await world.authenticate(browser, NO_CONNECTION))).html).toContain('Continue with Driftbox')
  })
})

describe('the back button', () => {
  it('opens the vault’s address once more, which begins anew; either of the two may be finished', async () => {
    const browser = world.browser()
    const asked = await world.authenticate(browser, { body: CODE })
    const [first, second] = [await open(browser, asked), await open(browser, asked)]
    expect(second.location).not.toBe(first.location)
    const done = await world.consent(browser, first.location ?? '')
    expect(new URL(done.headers.get('location') ?? '').searchParams.get('code')).not.toBeNull()
    const again = await world.consent(browser, second.location ?? '')
    expect(new URL(again.headers.get('location') ?? '').searchParams.get('code')).not.toBeNull()
  })

  it('to an answer that was used says so, and leads back', async () => {
    const browser = world.browser()
    const { callbackUrl, asked } = await world.signIn(browser, { body: CODE })
    const again = await browser.navigate(callbackUrl)
    const html = await again.text()
    expect([again.status, html]).toEqual([400, expect.stringContaining('it was done already, it is too old')])
    const way = world.wayBackOf(html)
    expect([way.origin + way.pathname, way.searchParams.get('error')]).toEqual([`${APP_URL}/home`, 'authorization_flow_invalid'])
    expect(way.searchParams.get('nonce')).toBe(asked.answer.authenticationRequestId)
  })

  it('after eleven minutes says so, too', async () => {
    const late = await loginWorld()
    const browser = late.browser()
    const { answer } = await late.authenticate(browser)
    late.advance(11 * 60_000)
    const response = await browser.navigate(answer.authenticationUrl, 'same-site')
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('it is too old, or it is damaged')])
    await late.close()
  })
})

describe('what goes wrong', () => {
  it('denied consent is told, and leads back to the application', async () => {
    const browser = world.browser()
    const asked = await world.authenticate(browser, { body: CODE })
    const denied = await world.consent(browser, asked.answer.authenticationUrl, 'alice', { deny: true })
    const html = await denied.text()
    expect([denied.status, html]).toEqual([403, expect.stringContaining('Access was not granted')])
    const way = world.wayBackOf(html)
    expect(Object.fromEntries(way.searchParams)).toEqual({
      nonce: asked.answer.authenticationRequestId,
      iss: VAULT_URL,
      error: 'authorization_denied',
    })
    expect([...browser.cookies.keys()].filter((name) => name.includes('session'))).toEqual([])
  })

  it('a provider that is down is told before the way there, and after it', async () => {
    const broken = await loginWorld()
    const browser = broken.browser()
    const asked = await broken.authenticate(browser, { body: CODE })
    const onward = await browser.navigate(asked.answer.authenticationUrl, 'same-site')
    const { state } = Object.fromEntries(new URL(onward.headers.get('location') ?? '').searchParams)
    await Promise.all([broken.provider.close(), broken.otherProvider.close()])
    const { issuer } = broken.provider
    const after = await browser.navigate(`/connect/demo/callback?code=x&state=${state}&iss=${encodeURIComponent(issuer)}`)
    const html = await after.text()
    expect([after.status, html]).toEqual([503, expect.stringContaining('The provider does not answer')])
    expect(broken.wayBackOf(html).searchParams.get('error')).toBe('provider_unavailable')

    const other = await broken.authenticate(browser, { body: { ...CODE, connectionId: 'other' } })
    const before = await browser.navigate(other.answer.authenticationUrl, 'same-site')
    expect([before.status, await before.text()]).toEqual([503, expect.stringContaining('The provider does not answer')])
    await broken.close()
  })

  it('an application that is gone, or its address, leads nowhere', async () => {
    const browser = world.browser()
    const { answer } = await world.authenticate(browser)
    const without = await loginWorld({ applications: [{ applicationId: 'app_default', redirectUrls: ['https://new.example.com/'] }] })
    const request = await without.login.requests.seal({
      ...((await world.login.requests.open(new URL(answer.authenticationUrl).searchParams.get('request') ?? '')) ?? ({} as never)),
    })
    const page = await without.browser().navigate(`/login?request=${request}`, 'same-site')
    const html = await page.text()
    expect([page.status, html]).toEqual([400, expect.stringContaining('not registered')])
    expect(html).not.toContain('href=')
    await without.close()
  })

  it('an unknown connection, a missing application, and an unregistered address are told to the developer', async () => {
    const answerOf = async (body: object) => {
      const { response, answer } = await world.authenticate(world.browser(), { body: { ...body } })
      return [response.status, answer.errorCode, Object.keys(answer.fields ?? {})]
    }
    expect(await answerOf({ connectionId: 'nobody' })).toEqual([404, 'connection_not_found', []])
    expect(await answerOf({ applicationId: 'app_nobody' })).toEqual([400, 'invalid_request', ['applicationId']])
    expect(await answerOf({ redirectUrl: 'https://evil.example/' })).toEqual([400, 'invalid_request', ['redirectUrl']])
    expect(await answerOf({ codeChallenge: undefined, flowType: 'code' })).toEqual([400, 'invalid_request', ['codeChallenge']])
    expect(await answerOf({ codeChallengeMethod: 'plain' })).toEqual([400, 'invalid_request', ['codeChallengeMethod']])
    expect(await answerOf({ inviteId: 'inv_1' })).toEqual([404, 'not_supported', []])
  })

  it('what is null or empty counts as left out, as the SDK’s proof of work has it', async () => {
    const browser = world.browser()
    const blank = {
      connectionId: null,
      tenantLookupIdentifier: '',
      inviteId: null,
      flowType: '',
      multiAccount: null,
      connectionProperties: null,
    }
    const asked = await world.authenticate(browser, { body: blank })
    expect((await open(browser, asked)).html).toContain('Continue with Driftbox')
    const { response, answer } = await world.authenticate(browser, { body: { applicationId: null } })
    expect([response.status, answer.fields]).toEqual([400, { applicationId: 'is missing' }])
  })

  it('what the SDK can ask besides is not supported, and says so', async () => {
    const browser = world.browser()
    for (const [method, path] of [
      ['GET', '/api/session/devices'],
      ['POST', '/api/session/devices'],
      ['DELETE', '/api/session/devices/d1'],
      ['PATCH', '/api/authentication/r1'],
      ['GET', '/api/session'],
    ] as const) {
      const response = await browser.script(APP_URL, method, path, method === 'GET' ? {} : { body: {} })
      expect([response.status, ((await response.json()) as { errorCode: string }).errorCode]).toEqual([404, 'not_supported'])
    }
  })
})

describe('the page that asks whether an account is to be linked', () => {
  it('names the account, for a browser that shows nobody, and goes on by its own form alone', async () => {
    const [own, lured] = [world.browser(), world.browser()]
    const { asked, page } = await world.signIn(own, { body: CODE })
    const { access_token } = (await (await world.redeem(own, asked, page.searchParams.get('code') ?? '')).json()) as {
      access_token: string
    }
    const link = await world.authenticate(own, {
      body: { linkIdentity: true, connectionId: 'other' },
      headers: { authorization: `Bearer ${access_token}` },
    })
    const { response, location, html } = await open(lured, link, 'cross-site')
    expect([response.status, location]).toEqual([200, null])
    expect(html).toContain('<h1>Connect your Kelp &#38; Co account?</h1>')
    expect(html).toContain('<strong>Alice Alvarez (alice@example.com)</strong>')
    const onward = await lured.submit('/login', { request: requestIn(html) })
    expect(new URL(onward.headers.get('location') ?? '').origin).toBe(world.otherProvider.issuer)
    // The user’s own browser shows him, and is asked nothing.
    expect((await open(own, link)).location).toContain(world.otherProvider.issuer)
  })
})
