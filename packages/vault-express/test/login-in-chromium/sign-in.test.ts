import { TokenVerifier } from '@authress/sdk'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { chromiumForFile, executablePath, openTab } from './fixtures/browser.js'
import { APPLICATION_ID, loginWorld } from './fixtures/login-world.js'
import { places, subdomains, twoNames, twoSites } from './fixtures/places.js'
import { recordRequests } from './fixtures/recorded-requests.js'
import { answerAt, ask, askApiFrom, beginSignIn, byDriftbox, properties, readCredentials, untilShown } from './fixtures/visitor.js'

describe.runIf(executablePath)('sign-in with the published browser SDK', () => {
  const newProfile = chromiumForFile()

  it.each(Object.entries(places))('%s: a user signs in, and the page gets tokens that the provider’s API takes', async (_name, place) => {
    const world = await loginWorld(place)
    const profile = await newProfile()
    const requests = recordRequests(profile)
    const page = await openTab(profile, world.pageUrl)
    await untilShown(page, 'Signed out')

    await beginSignIn(page)
    await answerAt(world.provider, page)
    await untilShown(page, 'Signed in as Alice Alvarez')
    expect(page.url()).toBe(world.pageUrl)
    const arrived = (await requests()).find(({ url }) => url.origin === world.provider.issuer && url.pathname === '/auth')
    expect(Object.fromEntries(arrived?.url.searchParams ?? [])).toMatchObject({ ...properties, client_id: world.provider.clientId })

    expect(await ask(page, (client) => client.userSessionExists())).toBe(true)
    const accessToken = await readCredentials(page)
    expect(await askApiFrom(page, world.provider, accessToken)).toEqual([200, 'Alice Alvarez'])
    await page.reload()
    await untilShown(page, 'Signed in as Alice Alvarez')

    // No token comes into an address that others are told of. On loopback the SDK reads its own from the page's address, and nowhere else.
    const pageOrigin = new URL(world.pageUrl).origin
    const userToken = await ask(page, (client) => client.ensureToken())
    for (const { url, referer } of await requests()) {
      const addresses = `${url.href} ${referer?.href}`
      expect(addresses).not.toContain(accessToken)
      if (place === subdomains) expect(addresses).not.toContain(userToken)
      if (url.origin !== pageOrigin) expect([url.href, referer?.search ?? '']).toEqual([url.href, ''])
    }
  })

  it.each([twoNames, subdomains])('$page: a token that has expired is followed by one that works', async (place) => {
    const world = await loginWorld(place)
    world.provider.setAccessTokenTtl(3)
    const page = await openTab(await newProfile(), world.pageUrl)
    await beginSignIn(page)
    await answerAt(world.provider, page)
    await untilShown(page, 'Signed in as Alice Alvarez')
    const first = await readCredentials(page)
    expect(await askApiFrom(page, world.provider, first)).toEqual([200, 'Alice Alvarez'])

    await expect.poll(() => askApiFrom(page, world.provider, first)).toEqual([401, undefined])
    world.provider.setAccessTokenTtl(60)
    const second = await readCredentials(page)
    expect(second).not.toBe(first)
    expect(await askApiFrom(page, world.provider, second)).toEqual([200, 'Alice Alvarez'])
  })

  it.each([
    ['two subdomains, by cookie', subdomains, { flowType: 'code' }],
    ['two subdomains, by query', subdomains, { flowType: 'code token id_token', responseLocation: 'query' }],
    ['two sites that share no cookies', twoSites, { flowType: 'code', responseLocation: 'query' }],
    ['two sites that share no cookies, and a page that asks for no code', twoSites, {}],
    ['two names of loopback', twoNames, { flowType: 'code', responseLocation: 'query' }],
  ])('%s: the authorization code flow', async (_name, place, options) => {
    const world = await loginWorld(place)
    const profile = await newProfile()
    const requests = recordRequests(profile)
    const page = await openTab(profile, world.pageUrl)
    await beginSignIn(page, { ...byDriftbox, ...options })
    await answerAt(world.provider, page)
    await untilShown(page, 'Signed in as Alice Alvarez')
    expect(page.url()).toBe(world.pageUrl)
    expect((await requests()).filter(({ url }) => url.pathname.endsWith('/tokens')).length).toBeGreaterThan(0)
    expect((await requests()).filter(({ url }) => url.searchParams.has('access_token') || url.searchParams.has('id_token'))).toEqual([])
    expect(await askApiFrom(page, world.provider, await readCredentials(page))).toEqual([200, 'Alice Alvarez'])
  })

  it('a user who names no connection chooses one, and comes back signed in without being asked a second time', async () => {
    const world = await loginWorld(subdomains)
    const page = await openTab(await newProfile(), world.pageUrl)
    const choice = { connectionProperties: properties }
    await beginSignIn(page, choice)
    await page.waitForURL(`${world.vaultUrl}/**`)
    await page.getByRole('button', { name: 'Paperbox' }).waitFor()
    const chosen = page.waitForRequest((request) => request.method() === 'POST' && request.url() === `${world.vaultUrl}/login`)
    await page.getByRole('button', { name: 'Driftbox' }).click()
    // What browsers go by that say nothing else of where a form is from.
    expect((await (await chosen).allHeaders())['origin']).toBe(world.vaultUrl)
    await answerAt(world.provider, page)
    await untilShown(page, 'Signed in as Alice Alvarez')

    const profile = page.context()
    const requests = recordRequests(profile)
    await beginSignIn(page, choice)
    await untilShown(page, 'Signed in as Alice Alvarez')
    const hosts = new Set((await requests()).map(({ url }) => url.origin))
    expect(hosts).toEqual(new Set([world.vaultUrl, new URL(world.pageUrl).origin]))
  })

  it('what the page has nothing for, and passes on as null, empty text, or an empty list, counts as left out', async () => {
    const world = await loginWorld(subdomains)
    const page = await openTab(await newProfile(), world.pageUrl)
    const nothing = { connectionId: null, tenantLookupIdentifier: '', inviteId: null, responseLocation: null, flowType: '', audiences: [] }
    await beginSignIn(page, { ...nothing, connectionProperties: properties } as object)
    await page.getByRole('button', { name: 'Driftbox' }).click()
    await answerAt(world.provider, page)
    await untilShown(page, 'Signed in as Alice Alvarez')
  })

  it('a service verifies the user’s token with nothing but the address of the keys', async () => {
    const world = await loginWorld(twoNames)
    const page = await openTab(await newProfile(), world.pageUrl)
    await beginSignIn(page)
    await answerAt(world.provider, page)
    await untilShown(page, 'Signed in as Alice Alvarez')
    const token = await ask(page, (client) => client.ensureToken())
    const { sub } = await ask(page, (client) => client.getUserIdentity())

    const keys = createRemoteJWKSet(new URL(`${world.vaultUrl}/.well-known/openid-configuration/jwks`))
    const { payload, protectedHeader } = await jwtVerify(token, keys, { issuer: world.vaultUrl, typ: 'at+jwt', algorithms: ['EdDSA'] })
    expect(payload).toMatchObject({ sub, azp: 'driftbox', client_id: APPLICATION_ID, scope: expect.stringContaining('openid') })
    expect(protectedHeader.kid).toEqual(expect.any(String))
    expect(await TokenVerifier(world.vaultUrl, token)).toMatchObject({ sub, iss: world.vaultUrl })

    const stranger = await loginWorld(twoNames)
    await expect(TokenVerifier(stranger.vaultUrl, token)).rejects.toThrow()
    const otherKeys = createRemoteJWKSet(new URL(`${stranger.vaultUrl}/.well-known/openid-configuration/jwks`))
    await expect(jwtVerify(token, otherKeys)).rejects.toThrow()
  })
})
