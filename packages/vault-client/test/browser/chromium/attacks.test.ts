import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { chromiumForFile, executablePath, openTab } from '../../../../vault-express/test/login-in-chromium/fixtures/browser.js'
import { type LoginWorld, loginWorld } from '../../../../vault-express/test/login-in-chromium/fixtures/login-world.js'
import { subdomains, twoNames } from '../../../../vault-express/test/login-in-chromium/fixtures/places.js'
import { recordRequests } from '../../../../vault-express/test/login-in-chromium/fixtures/recorded-requests.js'
import { answerAt, untilShown } from '../../../../vault-express/test/login-in-chromium/fixtures/visitor.js'
import { beginSignIn, signedIn, withOwnClient } from './visitor.js'

describe.runIf(executablePath)('attacks on the browser client in Chromium', () => {
  const newProfile = chromiumForFile()

  /** The address to which the vault sent a browser back, where no script looked at it. */
  async function answerFor(world: LoginWorld, page: Page): Promise<URL> {
    await untilShown(page, 'Signed out')
    await beginSignIn(page)
    await page.waitForURL(`${world.provider.issuer}/**`)
    await page.route('**/page.js', (route) => route.fulfill({ body: '', contentType: 'text/javascript' }))
    await answerAt(world.provider, page)
    await page.waitForURL(/[?&]nonce=/)
    await page.unroute('**/page.js')
    return new URL(page.url())
  }

  it('somebody else’s answer signs nobody in: the code is not redeemed, and is taken off the address', async () => {
    const world = await loginWorld(twoNames)
    const mallory = await openTab(await withOwnClient(await newProfile()), world.pageUrl)
    const answer = await answerFor(world, mallory)

    const victims = await withOwnClient(await newProfile())
    const requests = recordRequests(victims)
    const page = await openTab(victims, answer.href)
    await untilShown(page, 'Signed out')
    expect(page.url()).toBe(world.pageUrl)
    expect((await requests()).filter(({ url }) => url.pathname.endsWith('/tokens'))).toEqual([])
  })

  it('an answer that says that it is from another vault is not redeemed, and neither is it later', async () => {
    const world = await loginWorld(twoNames)
    const profile = await withOwnClient(await newProfile())
    const requests = recordRequests(profile)
    const page = await openTab(profile, world.pageUrl)
    const answer = await answerFor(world, page)
    answer.searchParams.set('iss', 'https://other-vault.example.com')
    await page.goto(answer.href)
    await untilShown(page, 'That did not work: invalid_response')
    expect(page.url()).toBe(world.pageUrl)
    answer.searchParams.set('iss', world.vaultUrl)
    await page.goto(answer.href)
    await untilShown(page, 'Signed out')
    expect((await requests()).filter(({ url }) => url.pathname.endsWith('/tokens'))).toEqual([])
  })

  it('a code of another sign-in, under one’s own nonce, is refused', async () => {
    const world = await loginWorld(twoNames)
    const mallory = await openTab(await withOwnClient(await newProfile()), world.pageUrl)
    const hers = await answerFor(world, mallory)
    const page = await openTab(await withOwnClient(await newProfile()), world.pageUrl)
    const own = await answerFor(world, page)
    own.searchParams.set('code', hers.searchParams.get('code') ?? '')
    await page.goto(own.href)
    await untilShown(page, 'That did not work: invalid_request')
  })

  it('an answer that is opened a second time, from the history for one, leaves the session as it is', async () => {
    const world = await loginWorld(subdomains)
    const page = await openTab(await withOwnClient(await newProfile()), world.pageUrl)
    const answer = await answerFor(world, page)
    for (let times = 0; times < 2; times++) {
      await page.goto(answer.href)
      await untilShown(page, 'Signed in as Alice Alvarez')
      expect(page.url()).toBe(world.pageUrl)
    }
  })

  it('what the address says for other code of the page stays there', async () => {
    const world = await loginWorld(twoNames)
    const profile = await withOwnClient(await newProfile())
    for (const query of [
      '?code=theirs&state=xyz',
      '?nonce=theirs&code=1&iss=https://issuer.example.com',
      '?error=access_denied&state=a%20b',
    ]) {
      const page = await openTab(profile, `${world.pageUrl}${query}`)
      await untilShown(page, 'Signed out')
      expect(page.url()).toBe(`${world.pageUrl}${query}`)
    }
  })

  it('damaged storage is as good as none', async () => {
    const world = await loginWorld(subdomains)
    const page = await signedIn(world, await withOwnClient(await newProfile()))
    await page.evaluate(() => {
      sessionStorage.setItem('holdfast:app_harbour', '{"half')
      localStorage.setItem('holdfast:app_harbour:old', 'nonsense')
      localStorage.setItem('holdfast:app_harbour:older', JSON.stringify({ atMs: 0 }))
      localStorage.setItem('theirs', 'kept')
    })
    await page.reload()
    await untilShown(page, 'Signed in as Alice Alvarez')
    await beginSignIn(page)
    await page.waitForURL(`${world.provider.issuer}/**`)
    await page.goto(world.pageUrl)
    const keys = await page.evaluate(() => Object.keys(localStorage).filter((key) => !/:[\w-]{43}$/.test(key)))
    expect(keys.toSorted()).toEqual(['holdfast:app_harbour', 'theirs'])
  })
})
