import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { chromiumForFile, executablePath, openTab } from './fixtures/browser.js'
import { type LoginWorld, loginWorld } from './fixtures/login-world.js'
import { subdomains, twoNames } from './fixtures/places.js'
import { answerAt, ask, askApiFrom, beginSignIn, properties, readCredentials, untilShown } from './fixtures/visitor.js'

describe.runIf(executablePath)('identities with the published browser SDK', () => {
  const newProfile = chromiumForFile()

  async function signedIn(world: LoginWorld): Promise<Page> {
    const page = await openTab(await newProfile(), world.pageUrl)
    await beginSignIn(page)
    await answerAt(world.provider, page)
    await untilShown(page, 'Signed in as Alice Alvarez')
    return page
  }

  async function linkBobsPaperbox(world: LoginWorld, page: Page): Promise<void> {
    await page.evaluate((connectionProperties) => {
      window.harbour.attempt(() => window.harbour.loginClient.linkIdentity({ connectionId: 'paperbox', connectionProperties }))
    }, properties)
    // From another site the vault's cookie does not come along, so that the vault asks whether this is the user who wants it.
    if (new URL(world.pageUrl).hostname === 'localhost') {
      await page.getByRole('heading', { name: 'Connect your Paperbox account?' }).waitFor()
      await page.getByText('Alice Alvarez').waitFor()
      await page.getByRole('button', { name: 'Connect' }).click()
    }
    await answerAt(world.otherProvider, page, { name: 'Bob Brandt' })
  }

  it.each([twoNames, subdomains])('$page: a second connection is linked to the user, and unlinked', async (place) => {
    const world = await loginWorld(place)
    const page = await signedIn(world)
    const alice = await ask(page, (client) => client.getUserIdentity())
    expect(alice).toMatchObject({ sub: alice.userId, name: 'Alice Alvarez', email: 'alice@example.com', iss: world.vaultUrl })
    expect(await ask(page, (client) => client.getUserProfile())).toMatchObject({
      linkedIdentities: [{ connection: { connectionId: 'driftbox', userId: 'alice' } }],
    })

    await linkBobsPaperbox(world, page)
    await untilShown(page, 'Signed in as Alice Alvarez')
    expect((await ask(page, (client) => client.getUserIdentity())).sub).toBe(alice.sub)
    expect(await ask(page, (client) => client.getUserProfile())).toMatchObject({
      linkedIdentities: [
        { connection: { connectionId: 'driftbox', userId: 'alice' } },
        { connection: { connectionId: 'paperbox', userId: 'bob' } },
      ],
    })
    expect(await askApiFrom(page, world.provider, await readCredentials(page))).toEqual([200, 'Alice Alvarez'])

    await ask(page, (client) => client.unlinkIdentity('paperbox'))
    expect((await ask(page, (client) => client.getUserProfile())).linkedIdentities).toHaveLength(1)
    expect((await world.vault.listCredentials()).items.map(({ connectionId }) => connectionId)).toEqual(['driftbox'])
    const refusal = await ask(page, (client) => client.unlinkIdentity('driftbox').catch((error) => error.code))
    expect(refusal).toBe('conflict')
  })

  it('who is somebody else’s identity already is linked to nobody, and the page says so', async () => {
    const world = await loginWorld(twoNames)
    const bobs = await openTab(await newProfile(), world.pageUrl)
    await beginSignIn(bobs, { connectionId: 'paperbox', connectionProperties: properties })
    await answerAt(world.otherProvider, bobs, { name: 'Bob Brandt' })
    await untilShown(bobs, 'Signed in as Bob Brandt')

    const page = await signedIn(world)
    await linkBobsPaperbox(world, page)
    await page.getByText('This account already belongs to another user of the application, so it was not connected.').waitFor()
  })
})
