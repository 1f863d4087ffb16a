import type { Vault } from '@holdfast/vault-core'
import { createLogin, type Login } from '@holdfast/vault-login'

/** The application whose users sign in through the vault. */
export const APPLICATION_ID = 'browser-app'
export const BROWSER_APP_PATH = '/browser-app'

/** The other way to use the vault: people sign in through it, with their account at the provider. */
export function openLogin(vault: Vault, origin: string): Login {
  return createLogin({
    vault,
    publicUrl: origin,
    applications: [{ applicationId: APPLICATION_ID, name: 'Browser app', redirectUrls: [origin + BROWSER_APP_PATH] }],
  })
}
