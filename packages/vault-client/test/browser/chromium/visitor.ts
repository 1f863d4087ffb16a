import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { openTab } from '../../../../vault-express/test/login-in-chromium/fixtures/browser.js'
import { bundlePage } from '../../../../vault-express/test/login-in-chromium/fixtures/bundle-page.js'
import type { LoginWorld } from '../../../../vault-express/test/login-in-chromium/fixtures/login-world.js'
import { answerAt, untilShown } from '../../../../vault-express/test/login-in-chromium/fixtures/visitor.js'
import type { BrowserClient, SignInOptions } from '../../../src/browser/index.js'

/** What the provider is asked for. */
export const byDriftbox: SignInOptions = {
  connectionId: 'driftbox',
  connectionProperties: { scope: 'openid profile email offline_access files.read', prompt: 'consent' },
}

let bundling: Promise<string> | undefined

/** Has the pages of a profile run this client in place of the published one. */
export async function withOwnClient(context: BrowserContext): Promise<BrowserContext> {
  bundling ??= bundlePage(join(import.meta.dirname, 'page.browser.ts'))
  const body = await bundling
  await context.route('**/page.js', (route) => route.fulfill({ body, contentType: 'text/javascript' }))
  return context
}

/** Presses what a sign-in button presses. */
export const beginSignIn = (page: Page, options: SignInOptions = byDriftbox): Promise<void> =>
  page.evaluate((given) => window.attempt((vault) => vault.authenticate(given)), options)

/** A tab in which Alice signed in. */
export async function signedIn(world: LoginWorld, context: BrowserContext): Promise<Page> {
  const page = await openTab(context, world.pageUrl)
  await untilShown(page, 'Signed out')
  await beginSignIn(page)
  await answerAt(world.provider, page)
  await untilShown(page, 'Signed in as Alice Alvarez')
  return page
}

/** Calls the client in the page. What it throws there has its code as message here. */
export async function ask<Result, Given = undefined>(
  page: Page,
  call: (vault: BrowserClient, given: Given) => Promise<Result>,
  given?: Given,
): Promise<Result> {
  const client = await page.evaluateHandle(() => window.vault)
  const outcome: { readonly result: Result } | { readonly thrown: string } = await client.evaluate(
    async (vault, { text, argument }) => {
      try {
        return { result: await new Function(`return (${text})`)()(vault, argument) }
      } catch (error) {
        return { thrown: error instanceof Error && 'code' in error ? String(error.code) : String(error) }
      }
    },
    { text: call.toString(), argument: given },
  )
  if ('thrown' in outcome) throw new Error(outcome.thrown)
  return outcome.result
}
