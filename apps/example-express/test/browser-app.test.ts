import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumArgs, chromiumFor } from '../../../vitest.chromium.ts'
import { runningExample } from './fixtures/example.ts'

const executablePath = chromiumFor('the browser app of the example')

describe.runIf(executablePath)('the page whose users sign in through the vault', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({ ...(executablePath && { executablePath }), args: [...chromiumArgs] })
  })
  afterAll(() => browser.close())

  async function signIn(page: Page, person: string): Promise<void> {
    await page.getByRole('button', { name: 'Sign in with Driftbox' }).click()
    await page.getByRole('button', { name: person }).click()
    await page.getByRole('button', { name: 'Allow' }).click()
  }

  it('signs in, reads the files before and after the token has ended, is known after a reload, and signs out', async () => {
    const example = await runningExample({ accessTokenTtlS: 5 })
    const context = await browser.newContext()
    const page = await context.newPage()
    const faults: string[] = []
    page.on('pageerror', (error) => faults.push(String(error)))
    const address = `${example.origin}/browser-app`

    await page.goto(address)
    await page.getByText('Nobody is signed in here.').waitFor()
    await signIn(page, 'Alice Alvarez')
    await page.getByText('Signed in through the vault as Alice Alvarez.').waitFor()
    expect(page.url()).toBe(address)

    await page.getByRole('button', { name: 'Read my files' }).click()
    await page.getByText('Harbour at dawn.jpg').waitFor()
    const [credential] = (await example.vault.listCredentials()).items
    expect(credential?.connectionId).toBe('demo')

    await page.waitForTimeout(Math.max(0, (credential?.expiresAt?.getTime() ?? 0) - Date.now()))
    const answer = page.waitForResponse((response) => response.url() === new URL('files', example.provider.apiUrl).href)
    await page.getByRole('button', { name: 'Read my files' }).click()
    expect((await answer).status()).toBe(200)
    const [consent, ...refreshes] = example.provider.tokenRequests.map(({ grantType }) => grantType)
    expect(consent).toBe('authorization_code')
    expect(new Set(refreshes)).toEqual(new Set(['refresh_token']))

    await page.reload()
    await page.getByText('Signed in through the vault as Alice Alvarez.').waitFor()
    const other = await context.newPage()
    await other.goto(address)
    await other.getByText('Signed in through the vault as Alice Alvarez.').waitFor()

    await page.getByRole('button', { name: 'Sign out of the vault' }).click()
    await page.getByText('Nobody is signed in here.').waitFor()
    await other.reload()
    await other.getByText('Nobody is signed in here.').waitFor()
    expect(faults).toEqual([])
    await context.close()
  }, 60_000)

  it('leaves the session of the application alone', async () => {
    const example = await runningExample()
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(example.origin)
    await page.getByRole('button', { name: 'Ada Okafor' }).click()
    await page.goto(`${example.origin}/browser-app`)
    await signIn(page, 'Bob Brandt')
    await page.getByText('Signed in through the vault as Bob Brandt.').waitFor()
    await page.goto(`${example.origin}/connections`)
    await page.getByText('Not connected.').waitFor()
    const users = (await example.vault.listCredentials()).items.map(({ userId }) => userId)
    expect(users).toHaveLength(1)
    expect(users).not.toContain('ada')
    await context.close()
  }, 60_000)

  it('says so when the user denies', async () => {
    const example = await runningExample()
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(`${example.origin}/browser-app`)
    await page.getByRole('button', { name: 'Sign in with Driftbox' }).click()
    await page.getByRole('button', { name: 'Bob Brandt' }).click()
    await page.getByRole('button', { name: 'Deny' }).click()
    await page.getByText('Access was not granted').waitFor()
    expect((await example.vault.listCredentials()).items).toEqual([])
    await context.close()
  }, 60_000)
})
