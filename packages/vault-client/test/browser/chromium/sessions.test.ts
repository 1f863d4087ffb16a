import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  chromiumForFile,
  executablePath,
  launchOptions,
  openTab,
} from '../../../../vault-express/test/login-in-chromium/fixtures/browser.js'
import { type LoginWorld, loginWorld } from '../../../../vault-express/test/login-in-chromium/fixtures/login-world.js'
import { places, subdomains, twoNames, twoSites } from '../../../../vault-express/test/login-in-chromium/fixtures/places.js'
import { recordRequests } from '../../../../vault-express/test/login-in-chromium/fixtures/recorded-requests.js'
import { answerAt, untilShown } from '../../../../vault-express/test/login-in-chromium/fixtures/visitor.js'
import type { BrowserSession } from '../../../src/browser/index.js'
import { ask, beginSignIn, byDriftbox, signedIn, withOwnClient } from './visitor.js'

const HOUR = 3_600_000
const twoPorts = places['page and vault on two ports of localhost'] ?? twoNames

describe.runIf(executablePath)('sessions with the browser client in Chromium', () => {
  const newProfile = chromiumForFile()
  const ownProfile = async (): Promise<BrowserContext> => withOwnClient(await newProfile())

  const sessionOf = async (page: Page): Promise<BrowserSession> => {
    const session = await ask(page, (vault) => vault.session())
    if (!session) throw new Error('Nobody is signed in.')
    return session
  }

  const isLive = async (world: LoginWorld, { accessToken = '' }: BrowserSession): Promise<boolean> =>
    (await world.login.tokens.verify(accessToken)) !== undefined

  it.each([twoPorts, subdomains])('$page: another tab continues the session of the browser, by itself', async (place) => {
    const world = await loginWorld(place)
    const left = await signedIn(world, await ownProfile())
    const right = await openTab(left.context(), world.pageUrl)
    await untilShown(right, 'Signed in as Alice Alvarez')
    const sessions = await Promise.all([left, right].map(sessionOf))
    expect(sessions[1]?.userId).toBe(sessions[0]?.userId)
    expect(sessions[1]?.accessToken).not.toBe(sessions[0]?.accessToken)
  })

  it('on another site it does not, as no cookie comes there: each tab has a session of its own', async () => {
    const world = await loginWorld(twoSites)
    const left = await signedIn(world, await ownProfile())
    const right = await signedIn(world, left.context())
    const sessions = await Promise.all([left, right].map(sessionOf))
    expect(sessions[1]?.userId).toBe(sessions[0]?.userId)
  })

  it('a session outlives the browser', async () => {
    const world = await loginWorld(subdomains)
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-profile-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const start = async (): Promise<BrowserContext> => {
      const profile = await chromium.launchPersistentContext(folder, launchOptions)
      onTestFinished(() => profile.close())
      return withOwnClient(profile)
    }
    const first = await start()
    await signedIn(world, first)
    await first.close()
    await untilShown(await openTab(await start(), world.pageUrl), 'Signed in as Alice Alvarez')
  })

  it.each([twoPorts, subdomains])('$page: a token about to expire is renewed', async (place) => {
    const world = await loginWorld(place)
    const page = await signedIn(world, await ownProfile())
    const { accessToken } = await sessionOf(page)
    await page.clock.install({ time: Date.now() + HOUR - 31_000 })
    expect((await sessionOf(page)).accessToken).toBe(accessToken)
    await page.clock.setSystemTime(Date.now() + HOUR - 29_000)
    const renewed = await sessionOf(page)
    expect(renewed.accessToken).toMatch(/^ey/)
    expect(renewed.accessToken).not.toBe(accessToken)
    expect(await isLive(world, renewed)).toBe(true)
  })

  it('several tabs that renew at the same moment do so one after the other, and each has a token that works', async () => {
    const world = await loginWorld(subdomains)
    const first = await signedIn(world, await ownProfile())
    const { userId } = await sessionOf(first)
    const others = await Promise.all([1, 2, 3].map(() => openTab(first.context(), world.pageUrl)))
    const tabs = [first, ...others]
    await Promise.all(tabs.map((tab) => untilShown(tab, 'Signed in as Alice Alvarez')))
    let underWay = 0
    let most = 0
    await first.context().route('**/api/session', async (route) => {
      most = Math.max(most, ++underWay)
      // Long enough for all the others to begin, if they could.
      for (const tab of tabs) await tab.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)))
      underWay -= 1
      await route.continue()
    })
    await Promise.all(tabs.map((tab) => tab.evaluate(() => sessionStorage.clear())))
    const sessions = await Promise.all(tabs.map(sessionOf))
    expect(most).toBe(1)
    expect(new Set(sessions.map(({ accessToken }) => accessToken)).size).toBe(4)
    for (const session of sessions) expect(await isLive(world, session)).toBe(true)
    expect(await world.login.sessions.list(userId)).toHaveLength(1)
  })

  it('many calls of one page at once are one request', async () => {
    await expectOneRequest(await signedIn(await loginWorld(subdomains), await ownProfile()))
  })

  async function expectOneRequest(page: Page): Promise<void> {
    await page.evaluate(() => sessionStorage.clear())
    const requests = recordRequests(page.context())
    const userIds = await ask(page, async (vault) => (await Promise.all([1, 2, 3, 4].map(() => vault.session()))).map((one) => one?.userId))
    expect(userIds).toEqual(Array.from({ length: 4 }, () => expect.stringMatching(/./)))
    expect((await requests()).filter(({ url }) => url.pathname === '/api/session')).toHaveLength(1)
  }

  it('of two tabs with one code in their addresses one redeems it, and both are signed in', async () => {
    const world = await loginWorld(subdomains)
    const profile = await ownProfile()
    const requests = recordRequests(profile)
    const left = await openTab(profile, world.pageUrl)
    await untilShown(left, 'Signed out')
    await beginSignIn(left)
    await left.waitForURL(`${world.provider.issuer}/**`)
    // The page's script waits until both tabs are there.
    let release: () => void = () => undefined
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    await profile.route('**/page.js', async (route) => {
      await released
      await route.fallback()
    })
    const returned = left.waitForURL(/[?&]code=/, { waitUntil: 'commit' })
    await answerAt(world.provider, left)
    await returned
    const right = await profile.newPage()
    await right.goto(left.url(), { waitUntil: 'commit' })
    release()
    for (const tab of [left, right]) {
      await untilShown(tab, 'Signed in as Alice Alvarez')
      expect(tab.url()).toBe(world.pageUrl)
    }
    expect((await requests()).filter(({ url }) => url.pathname.endsWith('/tokens'))).toHaveLength(1)
    for (const tab of [left, right]) expect(await isLive(world, await sessionOf(tab))).toBe(true)
  })

  it.each([
    ['has no Web Locks', () => Object.defineProperty(navigator, 'locks', { value: undefined })],
    ['refuses them', () => Object.defineProperty(navigator.locks, 'request', { value: () => Promise.reject(new Error('refused')) })],
  ])('a browser that %s signs in all the same', async (_name, change) => {
    const profile = await ownProfile()
    await profile.addInitScript(change)
    const page = await signedIn(await loginWorld(subdomains), profile)
    await expectOneRequest(page)
  })

  describe('logout', () => {
    it.each([twoNames, subdomains, twoSites])('$page: ends the session at the vault, and in the other tabs', async (place) => {
      const world = await loginWorld(place)
      const left = await signedIn(world, await ownProfile())
      const right = await openTab(left.context(), world.pageUrl)
      await untilShown(right, /Signed (?:in|out)/)
      if (!(await ask(right, (vault) => vault.session()))) {
        await beginSignIn(right)
        await answerAt(world.provider, right)
        await untilShown(right, 'Signed in as Alice Alvarez')
      }
      const session = await sessionOf(right)
      expect(await isLive(world, session)).toBe(true)

      await ask(right, (vault) => vault.logout())
      expect(right.url()).toBe(world.pageUrl)
      expect(await isLive(world, session)).toBe(false)
      for (const tab of [left, right]) {
        expect(await ask(tab, (vault) => vault.session())).toBeUndefined()
        await tab.reload()
        await untilShown(tab, 'Signed out')
      }
    })

    it('goes where the page wants the user next', async () => {
      const world = await loginWorld(subdomains)
      const page = await signedIn(world, await ownProfile())
      await page.evaluate(() => window.attempt((vault) => vault.logout(`${location.origin}/goodbye`)))
      await page.waitForURL(`${world.pageUrl}goodbye`)
      await untilShown(page, 'Signed out')
    })

    it('that the vault does not hear of is an error, and forgets the tokens all the same', async () => {
      const world = await loginWorld(twoNames)
      const page = await signedIn(world, await ownProfile())
      await page.route('**/api/session', (route) => route.abort())
      await expect(ask(page, (vault) => vault.logout('/goodbye'))).rejects.toThrow('vault_unreachable')
      expect(page.url()).toBe(world.pageUrl)
      expect(await page.evaluate(() => sessionStorage.length)).toBe(0)
    })
  })

  it('a tab notices that another user signed in in the next one', async () => {
    const world = await loginWorld(subdomains)
    const left = await signedIn(world, await ownProfile())
    const right = await openTab(left.context(), world.pageUrl)
    await beginSignIn(right, { ...byDriftbox, connectionId: 'paperbox' })
    await answerAt(world.otherProvider, right, { name: 'Bob Brandt' })
    await untilShown(right, 'Signed in as Bob Brandt')
    expect(await sessionOf(left)).toMatchObject({ name: 'Bob Brandt' })
  })

  it('a session that was ended elsewhere is told when it is used', async () => {
    const world = await loginWorld(subdomains)
    const page = await signedIn(world, await ownProfile())
    const { userId } = await sessionOf(page)
    await world.login.sessions.endAll(userId)
    await expect(ask(page, (vault) => vault.getConnectionCredentials())).rejects.toThrow('unauthenticated')
    expect(await ask(page, (vault) => vault.session())).toBeUndefined()
  })

  it('a token that was refused is followed by another, of the session that came after it', async () => {
    const world = await loginWorld(subdomains)
    const left = await signedIn(world, await ownProfile())
    const { userId } = await sessionOf(left)
    await world.login.sessions.endAll(userId)
    const right = await openTab(left.context(), world.pageUrl)
    await beginSignIn(right)
    await answerAt(world.provider, right)
    await untilShown(right, 'Signed in as Alice Alvarez')
    expect(await isLive(world, await sessionOf(left))).toBe(false)
    expect(await ask(left, (vault) => vault.getConnectionCredentials())).toMatchObject({ scope: byDriftbox.connectionProperties?.scope })
  })
})
