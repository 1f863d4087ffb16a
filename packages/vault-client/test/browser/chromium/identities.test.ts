import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { chromiumForFile, executablePath, openTab } from '../../../../vault-express/test/login-in-chromium/fixtures/browser.js'
import { type LoginWorld, loginWorld } from '../../../../vault-express/test/login-in-chromium/fixtures/login-world.js'
import { subdomains, twoNames, twoSites } from '../../../../vault-express/test/login-in-chromium/fixtures/places.js'
import { answerAt, askApiFrom, untilShown } from '../../../../vault-express/test/login-in-chromium/fixtures/visitor.js'
import { ask, beginSignIn, byDriftbox, signedIn, withOwnClient } from './visitor.js'

const byPaperbox = { ...byDriftbox, connectionId: 'paperbox' }

describe.runIf(executablePath)('linked accounts with the browser client in Chromium', () => {
  const newProfile = chromiumForFile()

  /** The vault asks whether it is meant, where the page’s site keeps it from seeing who is signed in. */
  async function linkPaperbox(world: LoginWorld, page: Page): Promise<void> {
    await page.evaluate((given) => window.attempt((vault) => vault.link(given)), byPaperbox)
    await page.waitForURL((url) => url.origin !== new URL(world.pageUrl).origin)
    const confirm = page.getByRole('button', { name: 'Connect', exact: true })
    if (page.url().startsWith(world.vaultUrl)) await confirm.click()
  }

  it.each([twoNames, subdomains, twoSites])('$page: a second account is linked, read from, and unlinked', async (place) => {
    const world = await loginWorld(place)
    const page = await signedIn(world, await withOwnClient(await newProfile()))
    const alice = await ask(page, (vault) => vault.session())
    await linkPaperbox(world, page)
    await answerAt(world.otherProvider, page, { name: 'Bob Brandt' })
    await page.waitForURL(world.pageUrl)
    await untilShown(page, 'Signed in as Alice Alvarez')
    expect(await ask(page, (vault) => vault.session())).toMatchObject({ userId: alice?.userId })

    const identities = await ask(page, (vault) => vault.identities())
    expect(identities).toEqual([
      expect.objectContaining({ connectionId: 'driftbox', providerUserId: 'alice', name: 'Alice Alvarez', email: 'alice@example.com' }),
      expect.objectContaining({ connectionId: 'paperbox', providerUserId: 'bob' }),
    ])
    const { accessToken } = await ask(page, (vault) => vault.getConnectionCredentials({ connectionId: 'paperbox' }))
    expect(await askApiFrom(page, world.otherProvider, accessToken)).toEqual([200, 'Bob Brandt'])

    const [driftbox, paperbox] = identities
    expect(await ask(page, (vault, id) => vault.unlink(id), paperbox?.identityId ?? '')).toBeUndefined()
    expect(await ask(page, (vault) => vault.identities())).toHaveLength(1)
    await expect(ask(page, (vault) => vault.getConnectionCredentials({ connectionId: 'paperbox' }))).rejects.toThrow('credential_not_found')
    await expect(ask(page, (vault, id) => vault.unlink(id), driftbox?.identityId ?? '')).rejects.toThrow('conflict')
    // Two dots would be resolved to the path that ends the session.
    for (const id of ['a/b ?', '', '.', '..'])
      await expect(
        ask(page, (vault, id) => vault.unlink(id), id),
        id,
      ).rejects.toThrow('not_found')
    expect(await ask(page, (vault) => vault.identities())).toHaveLength(1)
  })

  it('an account of another user is not linked, and the page is told', async () => {
    const world = await loginWorld(twoNames)
    const bobs = await openTab(await withOwnClient(await newProfile()), world.pageUrl)
    await beginSignIn(bobs, byPaperbox)
    await answerAt(world.otherProvider, bobs, { name: 'Bob Brandt' })
    await untilShown(bobs, 'Signed in as Bob Brandt')

    const page = await signedIn(world, await withOwnClient(await newProfile()))
    await linkPaperbox(world, page)
    await answerAt(world.otherProvider, page, { name: 'Bob Brandt' })
    await page.getByRole('link').click()
    await untilShown(page, 'That did not work: identity_taken')
    await page.reload()
    await untilShown(page, 'Signed in as Alice Alvarez')
  })

  it('nobody is linked to nobody', async () => {
    const world = await loginWorld(twoNames)
    const page = await openTab(await withOwnClient(await newProfile()), world.pageUrl)
    for (const asking of [
      ask(page, (vault) => vault.link({ connectionId: 'paperbox' })),
      ask(page, (vault) => vault.identities()),
      ask(page, (vault) => vault.getConnectionCredentials()),
    ]) {
      await expect(asking).rejects.toThrow('unauthenticated')
    }
  })
})
