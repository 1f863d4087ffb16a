import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { chromiumForFile, executablePath, openTab } from './fixtures/browser.js'
import { type LoginWorld, loginWorld } from './fixtures/login-world.js'
import { oneName, subdomains, twoNames } from './fixtures/places.js'
import { answerAt, ask, askApiFrom, beginSignIn, readCredentials, untilShown } from './fixtures/visitor.js'

describe.runIf(executablePath)('a sign-in with the published browser SDK that does not go straight', () => {
  const newProfile = chromiumForFile()

  /** At the provider, before the user has said anything. */
  async function atProvider(world: LoginWorld): Promise<Page> {
    const page = await openTab(await newProfile(), world.pageUrl)
    await beginSignIn(page)
    await page.waitForURL(`${world.provider.issuer}/**`)
    return page
  }

  async function expectSignedIn(world: LoginWorld, page: Page): Promise<void> {
    await untilShown(page, 'Signed in as Alice Alvarez')
    expect(await askApiFrom(page, world.provider, await readCredentials(page))).toEqual([200, 'Alice Alvarez'])
  }

  describe.each([twoNames, subdomains])('$page', (place) => {
    it('back from the provider, and begun again', async () => {
      const world = await loginWorld(place)
      const page = await atProvider(world)
      await page.goBack()
      await page.waitForURL(world.pageUrl)
      expect(await ask(page, (client) => client.userSessionExists())).toBe(false)
      await beginSignIn(page)
      await answerAt(world.provider, page)
      await expectSignedIn(world, page)
    })

    it('back from the provider, and forward again', async () => {
      const world = await loginWorld(place)
      const page = await atProvider(world)
      await page.goBack()
      await page.waitForURL(world.pageUrl)
      await page.goForward()
      await answerAt(world.provider, page)
      await expectSignedIn(world, page)
    })

    it('back once all is done: a page says what happened, and forward the user is signed in', async () => {
      const world = await loginWorld(place)
      const page = await atProvider(world)
      await answerAt(world.provider, page)
      await untilShown(page, 'Signed in as Alice Alvarez')
      await page.goBack()
      await page.getByRole('heading', { name: 'Something went wrong' }).waitFor()
      await page.goForward()
      await expectSignedIn(world, page)
    })

    it('the user says no: a page says so, and leads back to the application', async () => {
      const world = await loginWorld(place)
      const page = await atProvider(world)
      await answerAt(world.provider, page, { name: 'Bob Brandt', answer: 'Deny' })
      await page.getByText('Access was not granted, so nothing was stored.').waitFor()
      expect(new URL(page.url()).origin).toBe(world.vaultUrl)
      await page.getByRole('link', { name: 'Back to Harbour' }).click()
      await page.waitForURL(`${world.pageUrl}?error=authorization_denied`)
      await untilShown(page, 'Signed out')
      expect((await world.vault.listCredentials()).items).toEqual([])
    })

    it('the provider is down before the user gets there: a page says so', async () => {
      const world = await loginWorld(place)
      await world.provider.close()
      const page = await openTab(await newProfile(), world.pageUrl)
      await beginSignIn(page)
      await page.getByText('The provider does not answer just now. Wait a little, then try again.').waitFor()
    })

    it('the provider goes down after the user’s yes: a page says so, and leads back to the application', async () => {
      const world = await loginWorld(place)
      const page = await atProvider(world)
      // The code is held back at the provider, which is gone before it has answered.
      world.provider.delayTokenRequests(60_000)
      const calledBack = page.waitForRequest(`${world.vaultUrl}/connect/**`)
      const answering = answerAt(world.provider, page)
      await calledBack
      await world.provider.close()
      await answering
      await page.getByText('The provider does not answer just now. Wait a little, then try again.').waitFor()
      await page.getByRole('link', { name: 'Back to Harbour' }).click()
      await page.waitForURL(`${world.pageUrl}?error=provider_unavailable`)
      await untilShown(page, 'Signed out')
    })

    it('the callback is opened a second time: a page says that it was used, and the session stays', async () => {
      const world = await loginWorld(place)
      const page = await atProvider(world)
      const calledBack = page.waitForRequest(`${world.vaultUrl}/connect/**`)
      await answerAt(world.provider, page)
      const callbackUrl = (await calledBack).url()
      await untilShown(page, 'Signed in as Alice Alvarez')
      await page.goto(callbackUrl)
      await page.getByText('This step is no longer good: it was done already, it is too old, or it was begun in another browser.').waitFor()
      await page.getByRole('link', { name: 'Back to Harbour' }).click()
      await expectSignedIn(world, page)
    })
  })

  it('the vault’s own address is opened a second time', async () => {
    const world = await loginWorld(twoNames)
    const page = await openTab(await newProfile(), world.pageUrl)
    const sentToVault = page.waitForRequest(`${world.vaultUrl}/login?**`)
    await beginSignIn(page)
    const address = (await sentToVault).url()
    await page.waitForURL(`${world.provider.issuer}/**`)
    await page.goto(address)
    await answerAt(world.provider, page)
    await expectSignedIn(world, page)
  })

  it('page and vault on one host name, the provider down: `authenticate` throws what happened', async () => {
    const world = await loginWorld(oneName)
    await world.provider.close()
    const page = await openTab(await newProfile(), world.pageUrl)
    await beginSignIn(page)
    await untilShown(page, /provider_unavailable/)
  })

  it('a connection that does not exist: `authenticate` throws what happened', async () => {
    const world = await loginWorld(twoNames)
    const page = await openTab(await newProfile(), world.pageUrl)
    await beginSignIn(page, { connectionId: 'nowhere' })
    await untilShown(page, /connection_not_found/)
  })

  it('a page of an origin that is not registered cannot begin: `authenticate` fails, and nothing is stored', async () => {
    const world = await loginWorld(subdomains, { redirectUrls: ['https://app.holdfast.test:1/'] })
    const page = await openTab(await newProfile(), world.pageUrl)
    // Said later, it would take the place of what the sign-in says.
    await untilShown(page, 'Signed out')
    await beginSignIn(page)
    await untilShown(page, 'That did not work')
    expect(page.url()).toBe(world.pageUrl)
  })
})
