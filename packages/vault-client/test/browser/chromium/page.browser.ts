import { type BrowserClient, createBrowserClient, isVaultClientError } from '../../../src/browser/index.js'

// The application's page. Bundled for the browser with the sources of the client in it.
const { vaultUrl = '', applicationId = '' } = document.documentElement.dataset

declare global {
  interface Window {
    vault: BrowserClient
    /** Calls the client, and has the page show what it throws. */
    attempt(call: (vault: BrowserClient) => Promise<unknown>): void
  }
}

window.vault = createBrowserClient({ url: vaultUrl, applicationId })
window.attempt = (call) => void attempt(call)
window.attempt(async (vault) => {
  const session = await vault.session()
  say(session ? `Signed in as ${session.name}` : 'Signed out')
})

async function attempt(call: (vault: BrowserClient) => Promise<unknown>): Promise<void> {
  try {
    await call(window.vault)
  } catch (error) {
    say(`That did not work: ${isVaultClientError(error) ? error.code : String(error)}`)
  }
}

function say(text: string): void {
  const status = document.querySelector('output')
  if (status) status.textContent = text
}
