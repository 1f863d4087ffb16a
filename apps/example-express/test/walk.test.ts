import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumArgs, chromiumFor } from '../../../vitest.chromium.ts'
import { runningExample } from './fixtures/example.ts'

const executablePath = chromiumFor('the walk through the example in a browser')

describe.runIf(executablePath)('the example in Chromium', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({ ...(executablePath && { executablePath }), args: [...chromiumArgs] })
  })
  afterAll(() => browser.close())

  const signIn = (page: Page, name: string) => page.getByRole('button', { name }).click()
  const fingerprint = (page: Page) => page.locator('[data-fingerprint]').textContent()

  it('connects once, answers before and after expiry, shows the refresh, acts for the absent user, and disconnects', async () => {
    const example = await runningExample({ accessTokenTtlS: 5 })
    const context = await browser.newContext()
    const page = await context.newPage()
    const faults: string[] = []
    const grantTypes = () => example.provider.tokenRequests.map(({ grantType }) => grantType)
    page.on('pageerror', (error) => faults.push(String(error)))
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))

    await page.goto(example.origin)
    await signIn(page, 'Ada Okafor')
    await page.getByText('Not connected.').waitFor()

    await page.getByRole('link', { name: 'Connect Driftbox' }).click()
    expect(new URL(page.url()).origin).toBe(example.provider.issuer)
    await page.getByRole('button', { name: 'Alice Alvarez' }).click()
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.waitForURL(`${example.origin}/connections`)
    expect(await page.locator('.scope').allTextContents()).toEqual(['openid', 'email', 'offline_access', 'files.read'])

    const operator = await context.newPage()
    await operator.goto(`${example.origin}/operator`)
    await operator.getByText('Live', { exact: true }).waitFor()

    await page.getByRole('link', { name: 'Read my files' }).click()
    await page.getByText('Harbour at dawn.jpg').waitFor()
    const before = await fingerprint(page)
    expect(before).toMatch(/^[\w-]{8}$/)

    await page.getByText('Expired; the next call gets a new one').waitFor()
    // A slow machine may have needed a new one before, and would need another while it looks.
    const grantsBefore = grantTypes()
    example.provider.setAccessTokenTtl(60)
    await page.getByRole('link', { name: 'Ask again' }).click()
    await page.getByText(/^in \d+ s$/).waitFor()
    expect(page.url()).toBe(`${example.origin}/connections/files?account=alice`)
    await page.getByText('Harbour at dawn.jpg').waitFor()
    expect(await fingerprint(page)).not.toBe(before)
    expect(grantsBefore[0]).toBe('authorization_code')
    expect(grantTypes()).toEqual([...grantsBefore, 'refresh_token'])

    const row = operator.locator('tbody tr').first()
    await row.getByText('Refreshed').waitFor()
    expect(await row.locator('td').allTextContents()).toEqual([
      expect.stringMatching(/^\d\d:\d\d:\d\d$/),
      'ada',
      'demo',
      'Refreshed',
      expect.stringMatching(/^\d+ ms$/),
      'yes',
    ])
    expect(await operator.locator('[data-figure="refreshes"]').textContent()).toBe(String(grantsBefore.length))

    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL(`${example.origin}/`)
    await page.getByRole('link', { name: 'Background job' }).click()
    await page.getByRole('button', { name: 'Run it now' }).click()
    await page.getByRole('cell', { name: 'Alice Alvarez has 3 files, 3.4 MB' }).first().waitFor()

    await page.goto(example.origin)
    await signIn(page, 'Ada Okafor')
    await page.getByRole('button', { name: 'Disconnect' }).click()
    await page.getByText('Not connected.').waitFor()
    await page.goto(`${example.origin}/connections/files`)
    expect(new URL(page.url()).origin).toBe(example.provider.issuer)
    await expect(example.vault.getCredentials({ connectionId: 'demo', userId: 'ada' })).rejects.toMatchObject({
      code: 'credential_not_found',
    })
    expect(faults).toEqual([])
    await context.close()
  }, 60_000)

  it('says so when the user denies, and stores nothing', async () => {
    const example = await runningExample()
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(example.origin)
    await signIn(page, 'Ben Lindqvist')
    await page.getByRole('link', { name: 'Connect Driftbox' }).click()
    await page.getByRole('button', { name: 'Bob Brandt' }).click()
    await page.getByRole('button', { name: 'Deny' }).click()
    await page.getByText('Access was not granted at Driftbox, so nothing was stored.').waitFor()
    expect((await example.vault.listCredentials()).items).toEqual([])
    await context.close()
  }, 60_000)

  it.each([320, 390, 1200])(
    'no page is wider than a screen of %i pixels',
    async (width) => {
      const example = await runningExample()
      const context = await browser.newContext({ viewport: { width, height: 800 } })
      const page = await context.newPage()
      await page.goto(example.origin)
      await signIn(page, 'Chloé Martin')
      for (const path of ['/connections', '/new-file', '/audit', '/operator', '/background-job', '/browser-app']) {
        await page.goto(example.origin + path)
        expect(await page.evaluate('document.documentElement.scrollWidth'), path).toBeLessThanOrEqual(width)
      }
      await context.close()
    },
    60_000,
  )
})
