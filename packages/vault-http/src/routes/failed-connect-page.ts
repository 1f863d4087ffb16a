import type { VaultErrorCode } from '@holdfast/vault-core'
import { escapeHtml, page } from '../pages.js'

/** What a person reads, by code. Nothing of the provider's own words, nothing secret. */
const EXPLANATIONS: Partial<Record<VaultErrorCode, readonly [string, string]>> = {
  authorization_flow_invalid: [
    'This link is no longer good',
    'It was used already, it is too old, or it was begun in another browser. Go back to the application and connect again.',
  ],
  authorization_denied: [
    'Not connected',
    'Access was not granted, so nothing was stored. Go back to the application whenever you want to connect.',
  ],
  authorization_response_invalid: [
    'Not connected',
    'The provider’s answer failed a check, so nothing was stored. Go back to the application and connect again.',
  ],
  provider_unavailable: [
    'The provider does not answer',
    'Nothing was stored. Wait a little, then go back to the application and connect again.',
  ],
  store_unavailable: [
    'Not connected',
    'The account could not be stored just now. Wait a little, then go back to the application and connect again.',
  ],
}

/** What a person can mend by himself. */
export const OTHER_ACCOUNT = 'other_account'
const SIGNED_IN_AS_ANOTHER = [
  'This is another account',
  'You signed in with another account than the one that is to be connected, so nothing was stored. Go back to the application, connect again, and choose that one.',
] as const

const OF_ANY_OTHER = [
  'Not connected',
  'Something went wrong, and nothing was stored. Go back to the application and connect again.',
] as const

/**
 * Tells a person why his account was not connected.
 *
 * @param code - Of the error. It may come out of an address, which anybody can write: one that is not known says no more than that it failed.
 * @param again - Where he begins anew, if that is known.
 */
export function failedConnectPage(code: string, reason?: string, again?: string): string {
  const explained = Object.hasOwn(EXPLANATIONS, code) ? EXPLANATIONS[code as VaultErrorCode] : undefined
  const [title, text] = reason === OTHER_ACCOUNT ? SIGNED_IN_AS_ANOTHER : (explained ?? OF_ANY_OTHER)
  const link = again === undefined ? '' : `<p><a href="${escapeHtml(again)}">Connect again</a></p>`
  return page(title, `<h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p>${link}`)
}
