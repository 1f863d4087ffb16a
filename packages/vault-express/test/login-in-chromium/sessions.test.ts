import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page, type Route } from 'playwright-core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { chromiumForFile, executablePath, launchOptions, openTab } from './fixtures/browser.js'
import { type LoginWorld, loginWorld } from './fixtures/login-world.js'
import { subdomains, twoNames } from './fixtures/places.js'
import { answerAt, ask, askApiFrom, beginSignIn, readCredentials, untilShown } from './fixtures/visitor.js'

describe.runIf(executablePath)('sessions with the published browser SDK', () => {
  const newProfile = chromiumForFile()

  async function signedIn(world: LoginWorld, profile?: BrowserContext): Promise<Page> {
    const page = await openTab(profile ?? (await newProfile()), world.pageUrl)
    await beginSignIn(page)
    await answerAt(world.provider, page)
    await untilShown(page, 'Signed in as Alice Alvarez')
    return page
  }

  /** The status with which the vault answers this bearer token. */
  const readsWith = (world: LoginWorld, token: string): Promise<number> =>
    fetch(`${world.vaultUrl}/api/session/credentials`, { headers: { authorization: `Bearer ${token}` } }).then(({ status }) => status)

  /** What is left in a profile when the user's tokens have expired: his session with the vault. */
  async function loseTokens(page: Page): Promise<void> {
    await page.evaluate(() => localStorage.clear())
    for (const name of ['user', 'authorization']) await page.context().clearCookies({ name })
  }

  describe('logout', () => {
    it('over loopback ends the session at the vault, and comes back to where the user was', async () => {
      const world = await loginWorld(twoNames)
      const page = await signedIn(world)
      const token = await ask(page, (client) => client.ensureToken())
      expect(await readsWith(world, token)).toBe(200)
      const { userId } = await ask(page, (client) => client.getUserIdentity())
      expect(await world.login.sessions.list(String(userId))).toHaveLength(1)

      await page.evaluate(() => window.harbour.attempt(() => window.harbour.loginClient.logout()))
      await untilShown(page, 'Signed out')
      await page.waitForURL(world.pageUrl)
      expect(await readsWith(world, token)).toBe(401)
      expect(await world.login.sessions.list(String(userId))).toEqual([])
    })

    it('over https ends the session without leaving the page', async () => {
      const world = await loginWorld(subdomains)
      const page = await signedIn(world)
      const { userId } = await ask(page, (client) => client.getUserIdentity())
      await ask(page, (client) => client.logout())
      expect(page.url()).toBe(world.pageUrl)
      expect(await ask(page, (client) => client.userSessionExists())).toBe(false)
      expect(await world.login.sessions.list(String(userId))).toEqual([])
      await page.reload()
      await untilShown(page, 'Signed out')
    })

    it.each([twoNames, subdomains])('$page: goes where the page wants the user next', async (place) => {
      const world = await loginWorld(place)
      const page = await signedIn(world)
      await page.evaluate(() => window.harbour.attempt(() => window.harbour.loginClient.logout(`${location.origin}/goodbye`)))
      await page.waitForURL(`${world.pageUrl}goodbye`)
      await untilShown(page, 'Signed out')
    })
  })

  describe('after the browser was closed', () => {
    it.each([
      ['http', twoNames, false],
      ['https, the tokens having expired meanwhile', subdomains, true],
    ])('%s: the user is still signed in', async (_name, place, tokensExpired) => {
      const world = await loginWorld(place)
      const folder = mkdtempSync(join(tmpdir(), 'holdfast-profile-'))
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
      const before = await chromium.launchPersistentContext(folder, launchOptions)
      onTestFinished(() => before.close())
      const page = await signedIn(world, before)
      if (tokensExpired) await loseTokens(page)
      await before.close()

      const after = await chromium.launchPersistentContext(folder, launchOptions)
      onTestFinished(() => after.close())
      const again = await openTab(after, world.pageUrl)
      await untilShown(again, 'Signed in as Alice Alvarez')
      expect(await askApiFrom(again, world.provider, await readCredentials(again))).toEqual([200, 'Alice Alvarez'])
    })
  })

  describe('in two tabs', () => {
    it.each([twoNames, subdomains])('$page: both begin to sign in before either is back, and both end signed in', async (place) => {
      const world = await loginWorld(place)
      const profile = await newProfile()
      const [left, right] = [await openTab(profile, world.pageUrl), await openTab(profile, world.pageUrl)]
      for (const tab of [left, right]) {
        await beginSignIn(tab)
        await tab.waitForURL(`${world.provider.issuer}/**`)
      }
      for (const tab of [left, right]) {
        await answerAt(world.provider, tab)
        await tab.waitForURL((url) => url.href === world.pageUrl)
      }
      await untilShown(right, 'Signed in as Alice Alvarez')
      await left.reload()
      await untilShown(left, 'Signed in as Alice Alvarez')
      for (const tab of [left, right]) {
        expect(await askApiFrom(tab, world.provider, await readCredentials(tab))).toEqual([200, 'Alice Alvarez'])
      }
      expect(await ask(left, (client) => client.getUserIdentity())).toMatchObject({
        sub: (await ask(right, (client) => client.getUserIdentity())).sub,
      })
    })

    it('both ask for the provider’s token at the moment it has expired: it is refreshed once', async () => {
      const world = await loginWorld(subdomains)
      world.provider.setAccessTokenTtl(3)
      const left = await signedIn(world)
      const right = await openTab(left.context(), world.pageUrl)
      await untilShown(right, 'Signed in as Alice Alvarez')
      const expired = await readCredentials(left)
      await expect.poll(() => askApiFrom(left, world.provider, expired)).toEqual([401, undefined])
      // A read near its end may have had a new one made behind it, which has yet to expire.
      const lastRequestAtMs = (): number => Math.max(...world.provider.tokenRequests.map(({ atMs }) => atMs))
      await expect.poll(() => Date.now() - lastRequestAtMs()).toBeGreaterThan(3_000)
      world.provider.setAccessTokenTtl(60)
      const before = world.provider.tokenRequests.length
      const tokens = await Promise.all([left, right, left, right].map(readCredentials))
      expect(new Set(tokens).size).toBe(1)
      expect(await askApiFrom(right, world.provider, tokens[0])).toEqual([200, 'Alice Alvarez'])
      expect(world.provider.tokenRequests.length - before).toBe(1)
    })

    it('both continue the session at the same moment: the vault answers both, and neither ends the other’s', async () => {
      const world = await loginWorld(subdomains)
      const left = await signedIn(world)
      const profile = left.context()
      const right = await openTab(profile, world.pageUrl)
      await untilShown(right, 'Signed in as Alice Alvarez')
      await loseTokens(left)

      const held: Route[] = []
      const answers: number[] = []
      profile.on('response', (response) => {
        if (response.request().method() === 'PATCH') answers.push(response.status())
      })
      await profile.route('**/api/session', async (route) => {
        held.push(route)
        if (held.length === 2) await Promise.all(held.map((each) => each.continue()))
      })
      await Promise.all([left.reload(), right.reload()])
      for (const tab of [left, right]) await untilShown(tab, /Signed/)
      await profile.unroute('**/api/session')
      expect(answers).toEqual([200, 200])

      // The SDK of one tab takes the cookie away that the other’s has not read yet, and so may see the session with its second look only.
      for (const tab of [left, right]) {
        await tab.reload()
        await untilShown(tab, 'Signed in as Alice Alvarez')
      }
      await loseTokens(right)
      await right.reload()
      await untilShown(right, 'Signed in as Alice Alvarez')
      const { userId } = await ask(right, (client) => client.getUserIdentity())
      expect(await world.login.sessions.list(String(userId))).toHaveLength(1)
    })
  })

  it('an application that keeps its token from scripts still gets the provider’s', async () => {
    const world = await loginWorld(subdomains, { tokenVisibleToScripts: false })
    const page = await signedIn(world)
    expect(await ask(page, (client) => client.ensureToken())).toBeNull()
    expect(await page.evaluate(() => document.cookie)).not.toContain('authorization')
    expect(await askApiFrom(page, world.provider, await readCredentials(page))).toEqual([200, 'Alice Alvarez'])
  })

  it('what the vault keeps in the browser for itself is out of reach for scripts and other hosts', async () => {
    const world = await loginWorld(subdomains)
    const page = await signedIn(world)
    const cookies = await page.context().cookies([world.vaultUrl, world.pageUrl])
    expect(cookies.filter(({ secure }) => !secure)).toEqual([])
    expect(cookies.find(({ name }) => name === '__Host-holdfast-session_app_harbour')).toMatchObject({
      httpOnly: true,
      sameSite: 'Strict',
      path: '/',
    })
    const shared = cookies.filter(({ httpOnly, domain }) => !httpOnly || domain !== new URL(world.vaultUrl).hostname)
    expect(shared.map(({ name, domain }) => [name, domain])).toEqual([['authorization', '.holdfast.test']])
  })
})
