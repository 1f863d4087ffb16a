import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { chromiumForFile, executablePath, openTab } from '../../../../vault-express/test/login-in-chromium/fixtures/browser.js'
import { type LoginWorld, loginWorld } from '../../../../vault-express/test/login-in-chromium/fixtures/login-world.js'
import { places, subdomains, twoNames, twoSites } from '../../../../vault-express/test/login-in-chromium/fixtures/places.js'
import { recordRequests } from '../../../../vault-express/test/login-in-chromium/fixtures/recorded-requests.js'
import { answerAt, askApiFrom, untilShown } from '../../../../vault-express/test/login-in-chromium/fixtures/visitor.js'
import { ask, beginSignIn, byDriftbox, signedIn, withOwnClient } from './visitor.js'

describe.runIf(executablePath)('sign-in with the browser client in Chromium', () => {
  const newProfile = chromiumForFile()

  it.each(Object.entries({ ...places, 'two sites that share no cookies': twoSites }))(
    '%s: a user signs in, the page reads the provider’s token, and loaded anew it has its session still',
    async (_name, place) => {
      const world = await loginWorld(place)
      const profile = await withOwnClient(await newProfile())
      const requests = recordRequests(profile)
      const page = await signedIn(world, profile)
      expect(page.url()).toBe(world.pageUrl)
      expect(await ask(page, (vault) => vault.session())).toEqual({
        userId: expect.stringMatching(/./),
        name: 'Alice Alvarez',
        email: 'alice@example.com',
        accessToken: expect.stringMatching(/^ey/),
        expiresAt: expect.any(Date),
      })
      const credentials = await ask(page, (vault) => vault.getConnectionCredentials())
      expect(credentials).toMatchObject({ tokenType: 'Bearer', scope: byDriftbox.connectionProperties?.scope, expiresAt: expect.any(Date) })
      expect(await askApiFrom(page, world.provider, credentials.accessToken)).toEqual([200, 'Alice Alvarez'])
      const arrived = (await requests()).find(({ url }) => url.origin === world.provider.issuer && url.pathname === '/auth')
      expect(Object.fromEntries(arrived?.url.searchParams ?? [])).toMatchObject(byDriftbox.connectionProperties ?? {})

      const before = (await requests()).length
      await page.reload()
      await untilShown(page, 'Signed in as Alice Alvarez')
      const seen = await requests()
      expect(seen.slice(before).filter(({ url }) => url.pathname.startsWith('/api/'))).toEqual([])
      expect(seen.filter(({ url }) => url.pathname.endsWith('/tokens'))).toHaveLength(1)
      // What is secret comes into no address that others are told of.
      for (const { url, referer } of seen) {
        if (url.origin !== new URL(world.pageUrl).origin) expect([url.href, referer?.search ?? '']).toEqual([url.href, ''])
      }
    },
  )

  it('a user who names no connection chooses one on the vault’s page, and the second time is asked nothing', async () => {
    const world = await loginWorld(subdomains)
    const page = await openTab(await withOwnClient(await newProfile()), world.pageUrl)
    const { connectionProperties = {} } = byDriftbox
    await beginSignIn(page, { connectionProperties })
    await page.getByRole('button', { name: 'Driftbox' }).click()
    await answerAt(world.provider, page)
    await untilShown(page, 'Signed in as Alice Alvarez')

    const requests = recordRequests(page.context())
    await page.evaluate(() => sessionStorage.clear())
    await beginSignIn(page, {})
    await page.waitForResponse(/\/tokens$/)
    await untilShown(page, 'Signed in as Alice Alvarez')
    expect((await requests()).filter(({ url }) => url.origin === world.provider.issuer)).toEqual([])
  })

  it.each([
    ['the page where it began', 'files?folder=a+b&flag=#top', undefined],
    ['another page of the application', '', 'files?folder=a+b&flag=#top'],
  ])('comes back to %s, with all that its address says', async (_name, from, to) => {
    const world = await loginWorld(twoNames)
    const page = await openTab(await withOwnClient(await newProfile()), world.pageUrl + from)
    await beginSignIn(page, { ...byDriftbox, ...(to !== undefined && { redirectUrl: world.pageUrl + to }) })
    await answerAt(world.provider, page)
    await untilShown(page, 'Signed in as Alice Alvarez')
    expect(page.url()).toBe(`${world.pageUrl}files?folder=a+b&flag=#top`)
  })

  it('when the answer to the code is lost, the session that began with it is continued', async () => {
    const world = await loginWorld(subdomains)
    const profile = await withOwnClient(await newProfile())
    await profile.route('**/tokens', (route) => route.abort())
    const requests = recordRequests(profile)
    await signedIn(world, profile)
    expect((await requests()).filter(({ url }) => url.pathname.endsWith('/tokens'))).toHaveLength(1)
  })

  it('over https, no store of the page’s holds a token but the tab’s own', async () => {
    const world = await loginWorld(subdomains)
    const page = await signedIn(world, await withOwnClient(await newProfile()))
    const held = await ask(page, (vault) => vault.session())
    const [local, session, cookies] = await page.evaluate(() => [{ ...localStorage }, { ...sessionStorage }, document.cookie])
    expect(Object.keys(local ?? {})).toEqual(['holdfast:app_harbour'])
    expect(JSON.stringify(local)).not.toContain('eyJ')
    expect(Object.keys(session ?? {})).toEqual(['holdfast:app_harbour'])
    expect(JSON.stringify(session)).toContain(held?.accessToken)
    expect(cookies).toBe('')
  })

  it('an application that keeps its token from scripts still gets the provider’s', async () => {
    const world = await loginWorld(subdomains, { tokenVisibleToScripts: false })
    const page = await signedIn(world, await withOwnClient(await newProfile()))
    expect(await ask(page, (vault) => vault.session())).toMatchObject({ name: 'Alice Alvarez' })
    expect(JSON.stringify(await ask(page, (vault) => vault.session()))).not.toContain('accessToken')
    const { accessToken } = await ask(page, (vault) => vault.getConnectionCredentials())
    expect(await askApiFrom(page, world.provider, accessToken)).toEqual([200, 'Alice Alvarez'])
    await ask(page, (vault) => vault.logout())
    await expect(ask(page, (vault) => vault.getConnectionCredentials())).rejects.toThrow('unauthenticated')
  })

  describe('that does not go straight', () => {
    const atProvider = async (world: LoginWorld): Promise<Page> => {
      const page = await openTab(await withOwnClient(await newProfile()), world.pageUrl)
      await untilShown(page, 'Signed out')
      await beginSignIn(page)
      await page.waitForURL(`${world.provider.issuer}/**`)
      return page
    }

    it.each([twoNames, subdomains])('$page: the user says no: the page is told, once', async (place) => {
      const world = await loginWorld(place)
      const page = await atProvider(world)
      await answerAt(world.provider, page, { answer: 'Deny' })
      await page.getByRole('link').click()
      await untilShown(page, 'That did not work: authorization_denied')
      expect(page.url()).toBe(world.pageUrl)
      await page.reload()
      await untilShown(page, 'Signed out')
    })

    it.each([twoNames, subdomains])('$page: back, and begun again', async (place) => {
      const world = await loginWorld(place)
      const page = await atProvider(world)
      await page.goBack()
      await page.waitForURL(world.pageUrl)
      await beginSignIn(page)
      await answerAt(world.provider, page)
      await untilShown(page, 'Signed in as Alice Alvarez')
    })

    it('back and forward, and two begun in two tabs: each comes to its own end', async () => {
      const world = await loginWorld(subdomains)
      const left = await atProvider(world)
      const right = await openTab(left.context(), world.pageUrl)
      await beginSignIn(right)
      await right.waitForURL(`${world.provider.issuer}/**`)
      await left.goBack()
      await left.goForward()
      for (const page of [right, left]) {
        await answerAt(world.provider, page)
        await untilShown(page, 'Signed in as Alice Alvarez')
      }
    })

    it('a vault that is not there: the page is told, and not that nobody is signed in', async () => {
      const world = await loginWorld(twoNames)
      const profile = await withOwnClient(await newProfile())
      await profile.route(`${world.vaultUrl}/**`, (route) => route.abort())
      const page = await openTab(profile, world.pageUrl)
      await untilShown(page, 'That did not work: vault_unreachable')
      await beginSignIn(page)
      await untilShown(page, 'That did not work: vault_unreachable')
    })

    it.each([
      ['connection_not_found', { connectionId: 'nowhere' }],
      ['invalid_request', { ...byDriftbox, redirectUrl: 'https://elsewhere.example.com/' }],
      ['invalid_request', { ...byDriftbox, connectionProperties: { redirect_uri: 'https://elsewhere.example.com/' } }],
    ])('`authenticate` throws %s for %j, and stays', async (code, options) => {
      const world = await loginWorld(twoNames)
      const page = await openTab(await withOwnClient(await newProfile()), world.pageUrl)
      await untilShown(page, 'Signed out')
      await beginSignIn(page, options)
      await untilShown(page, `That did not work: ${code}`)
      expect(page.url()).toBe(world.pageUrl)
      expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([])
    })

    it('a page of an origin that is not registered learns nothing', async () => {
      const world = await loginWorld(subdomains, { redirectUrls: ['https://app.holdfast.test:1/'] })
      const page = await openTab(await withOwnClient(await newProfile()), world.pageUrl)
      await untilShown(page, 'That did not work: vault_unreachable')
    })
  })
})
