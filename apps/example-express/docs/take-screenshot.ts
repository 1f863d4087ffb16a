import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { chromiumArgs, chromiumFor } from '../../../vitest.chromium.ts'
import { startExample } from '../src/start-example.ts'

// Makes docs/screenshot.png anew: `npm run screenshot` in this folder, after a build of the packages.
const executablePath = chromiumFor('the screenshot')
if (!executablePath) process.exit(1)
const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-screenshot-'))
const example = await startExample({ port: 0, dataDir })
const browser = await chromium.launch({ executablePath, args: [...chromiumArgs] })
try {
  const page = await browser.newPage({ viewport: { width: 1200, height: 1010 } })
  await page.goto(example.origin)
  await page.getByRole('button', { name: /Ada Okafor/ }).click()
  await page.getByRole('link', { name: 'Connect Driftbox' }).click()
  await page.getByRole('button', { name: /Alice Alvarez/ }).click()
  await page.getByRole('button', { name: 'Allow' }).click()
  await page.getByRole('link', { name: 'Read my files' }).click()
  await page.getByText(/^in \d+ s$/).waitFor()
  await page.screenshot({ path: fileURLToPath(new URL('./screenshot.png', import.meta.url)) })
} finally {
  await browser.close()
  await example.close()
  rmSync(dataDir, { recursive: true, force: true })
}
