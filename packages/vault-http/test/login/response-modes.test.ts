import { decodeJwt } from 'jose'
import { afterEach, describe, expect, it } from 'vitest'
import { APP, type LoginWorld, type LoginWorldOptions, loginWorld } from './login-world.js'

let world: LoginWorld | undefined
afterEach(() => world?.close())

const worldOf = async (options: LoginWorldOptions): Promise<LoginWorld> => {
  world = await loginWorld(options)
  return world
}

const applicationAt = (origin: string, more: object = {}) => [{ applicationId: APP, redirectUrls: [`${origin}/`], ...more }]

describe('on localhost', () => {
  const LOCAL = 'http://localhost:3000'

  it('another host name of loopback goes through the vault’s own page, and gets its tokens in the address', async () => {
    const { browser, signIn } = await worldOf({ publicUrl: 'http://127.0.0.1:4000', applications: applicationAt(LOCAL) })
    const { asked, page } = await signIn(browser(), { origin: LOCAL, credentials: false, body: { redirectUrl: `${LOCAL}/home?tab=2#top` } })
    expect(asked.answer.authenticationUrl).toMatch(/^http:\/\/127\.0\.0\.1:4000\/login\?request=/)
    expect(page.href.split('?')[0]).toBe(`${LOCAL}/home`)
    expect([page.hash, page.searchParams.get('tab')]).toEqual(['#top', '2'])
    const { nonce, iss, expires_in, access_token, id_token } = Object.fromEntries(page.searchParams)
    expect([nonce, iss, expires_in]).toEqual([asked.answer.authenticationRequestId, 'http://127.0.0.1:4000', '3600'])
    expect(decodeJwt(access_token ?? '').sub).toBe(decodeJwt(id_token ?? '').sub)
  })

  it('another port of the same host name is told the provider’s address at once, since the SDK would not go to the vault', async () => {
    const { browser, signIn, provider } = await worldOf({ publicUrl: 'http://localhost:4000', applications: applicationAt(LOCAL) })
    const { asked, page } = await signIn(browser(), { origin: LOCAL, credentials: false })
    expect(new URL(asked.answer.authenticationUrl).origin).toBe(provider.issuer)
    expect(asked.response.headers.getSetCookie()).toEqual([])
    expect(page.searchParams.get('access_token')).not.toBeNull()
  })

  it('it is told of a provider that is down by what the SDK neither repeats nor hides', async () => {
    const { authenticate, browser, provider, logLines } = await worldOf({
      publicUrl: 'http://localhost:4000',
      applications: applicationAt(LOCAL),
    })
    await provider.close()
    const { response, answer } = await authenticate(browser(), { origin: LOCAL, credentials: false })
    expect([response.status, answer]).toEqual([
      424,
      expect.objectContaining({ errorCode: 'provider_unavailable', title: expect.any(String) }),
    ])
    expect(logLines).toContainEqual(['A sign-in failed.', expect.objectContaining({ connectionId: 'demo' })])
  })

  it('the vault’s own pages are told it at once, too, with the cookie that binds the flow to the browser', async () => {
    const own = 'http://localhost:4000'
    const here = await worldOf({ publicUrl: own, applications: applicationAt(own) })
    const browser = here.browser()
    const { asked, page, callbackUrl } = await here.signIn(browser, { origin: own })
    expect(new URL(asked.answer.authenticationUrl).origin).toBe(here.provider.issuer)
    expect(asked.response.headers.getSetCookie().join()).toMatch(/hf_tx_.*HttpOnly; SameSite=Lax/)
    expect(page.searchParams.get('access_token')).not.toBeNull()

    const again = await here.authenticate(browser, { origin: own })
    const elsewhere = await here.consent(here.browser(), again.answer.authenticationUrl)
    expect([elsewhere.status, callbackUrl.startsWith(own)]).toEqual([400, true])
  })

  it('goes through the vault’s own page when no connection is named, or an account is to be linked', async () => {
    const {
      browser: newBrowser,
      signIn,
      authenticate,
    } = await worldOf({ publicUrl: 'http://localhost:4000', applications: applicationAt(LOCAL) })
    const browser = newBrowser()
    const chosen = await authenticate(browser, { origin: LOCAL, credentials: false, body: { connectionId: undefined } })
    expect(chosen.answer.authenticationUrl).toMatch(/^http:\/\/localhost:4000\/login\?request=/)

    const { page } = await signIn(browser, { origin: LOCAL, credentials: false })
    const token = page.searchParams.get('access_token') ?? ''
    const linked = await signIn(browser, {
      origin: LOCAL,
      credentials: false,
      headers: { authorization: `Bearer ${token}` },
      body: { connectionId: 'other', linkIdentity: true },
    })
    expect(linked.asked.answer.authenticationUrl).toMatch(/^http:\/\/localhost:4000\/login\?request=/)
    const fresh = linked.page.searchParams.get('access_token') ?? ''
    expect(decodeJwt(fresh)).toMatchObject({ sub: decodeJwt(token).sub, sid: decodeJwt(token).sid })
    expect(linked.page.searchParams.get('code')).toBeNull()
  })

  it('a token that scripts may not see stays out of the address', async () => {
    const { browser: newBrowser, signIn } = await worldOf({
      publicUrl: 'http://localhost:4000',
      applications: applicationAt(LOCAL, { tokenVisibleToScripts: false }),
    })
    const browser = newBrowser()
    const { page } = await signIn(browser, { origin: LOCAL, credentials: false })
    expect([...page.searchParams.keys()]).toEqual(['nonce', 'iss'])
    expect(browser.cookies.get('user')).toMatchObject({ httpOnly: false, secure: false })
    expect(browser.cookies.get('authorization')).toMatchObject({ httpOnly: true })
  })
})

describe('on two hosts of one domain', () => {
  it('the tokens come in cookies of the domain, which the page reads, and the session in one for the vault alone', async () => {
    const { browser: newBrowser, signIn } = await worldOf({ handler: { cookieDomain: 'example.com' } })
    const browser = newBrowser()
    const { asked, page } = await signIn(browser)
    expect(asked.answer.enableCredentials).toBe(true)
    expect([...page.searchParams.keys()]).toEqual(['nonce', 'iss'])
    for (const name of ['user', 'authorization'])
      expect(browser.cookies.get(name)).toMatchObject({ domain: 'example.com', secure: true, httpOnly: false, sameSite: 'Strict' })
    expect(decodeJwt(browser.cookies.get('user')?.value ?? '')).toMatchObject({ aud: APP })
    expect(decodeJwt(browser.cookies.get('authorization')?.value ?? '')).toMatchObject({ client_id: APP })
    expect(browser.cookies.get('__Host-holdfast-session_app_default')).toMatchObject({
      domain: undefined,
      secure: true,
      httpOnly: true,
      sameSite: 'Strict',
    })
  })

  it('the access token can be hidden from scripts, in answers, too', async () => {
    const hidden = await worldOf({
      handler: { cookieDomain: 'example.com' },
      applications: applicationAt('https://app.example.com', { tokenVisibleToScripts: false }),
    })
    const browser = hidden.browser()
    const { asked, page } = await hidden.signIn(browser, { body: { flowType: 'code' } })
    expect([page.searchParams.get('code'), browser.cookies.get('auth-code')?.httpOnly]).toEqual(['cookie', false])
    const redeemed = await hidden.redeem(browser, asked, browser.cookies.get('auth-code')?.value ?? '')
    expect(Object.keys((await redeemed.json()) as object)).toEqual(['id_token', 'token_type', 'expires_in'])
    expect(browser.cookies.get('authorization')).toMatchObject({ httpOnly: true, domain: 'example.com' })
  })

  it('a code comes in a cookie where the page sees it', async () => {
    const { browser: newBrowser, signIn, redeem } = await worldOf({ handler: { cookieDomain: 'example.com' } })
    const browser = newBrowser()
    const { asked, page } = await signIn(browser, { body: { flowType: 'code token id_token' } })
    expect(page.searchParams.get('code')).toBe('cookie')
    const code = browser.cookies.get('auth-code')
    expect(code).toMatchObject({ secure: true, sameSite: 'Strict', line: expect.stringContaining('Max-Age=300') })
    expect((await redeem(browser, asked, code?.value ?? '')).status).toBe(200)
  })

  it('without a domain for cookies the page gets a code, and may ask for its tokens, too', async () => {
    const { browser: newBrowser, signIn, redeem } = await worldOf({})
    const browser = newBrowser()
    const { asked, page } = await signIn(browser)
    expect([...page.searchParams.keys()]).toEqual(['nonce', 'iss', 'code'])
    expect(browser.cookies.has('user')).toBe(false)
    expect((await redeem(browser, asked, page.searchParams.get('code') ?? '')).status).toBe(200)
    const continued = await browser.script('https://app.example.com', 'PATCH', '/api/session', { body: {} })
    expect(await continued.json()).toMatchObject({ access_token: expect.any(String), id_token: expect.any(String), expires_in: 3_600 })
  })
})

describe('on another domain', () => {
  it('the application gets a code in the address, also when it asked for a cookie', async () => {
    const origin = 'https://app.elsewhere.example'
    const {
      browser: newBrowser,
      signIn,
      redeem,
    } = await worldOf({ handler: { cookieDomain: 'example.com' }, applications: applicationAt(origin) })
    const browser = newBrowser()
    const { asked, page } = await signIn(browser, { origin, credentials: false, body: { flowType: 'code', responseLocation: 'cookie' } })
    expect(asked.answer.enableCredentials).toBeUndefined()
    expect(page.searchParams.get('code')).toMatch(/^[\w.-]{40,}$/)
    expect((await redeem(browser, asked, page.searchParams.get('code') ?? '')).status).toBe(200)
    expect(browser.cookies.has('user')).toBe(false)
  })

  it('and nothing when it asked for nothing', async () => {
    const { browser: newBrowser, signIn } = await worldOf({})
    const browser = newBrowser()
    const { page } = await signIn(browser, { body: { flowType: 'code', responseLocation: 'none' } })
    expect([...page.searchParams.keys()]).toEqual(['nonce', 'iss'])
  })
})

it('an address that an earlier sign-in left its parameters in is cleaned of them', async () => {
  const { browser, signIn } = await worldOf({ handler: { cookieDomain: 'example.com' } })
  const { page } = await signIn(browser(), {
    body: { redirectUrl: 'https://app.example.com/home?code=old&nonce=old&error=old&access_token=old&keep=1' },
  })
  expect([...page.searchParams.keys()]).toEqual(['keep', 'nonce', 'iss'])
})
