import { VaultClientError } from '../vault-client-error.js'
import type { CredentialSelector } from './client-credentials.js'

/**
 * The path of a user's credential, each id encoded as one segment, and with the account that is named.
 *
 * @throws {VaultClientError} `invalid_request` for an id that no path can hold.
 */
export function credentialsPath(selector: CredentialSelector): string {
  const account = encodedAccount(selector)
  return `${userPath(selector)}/credentials${account === undefined ? '' : `?accountId=${account}`}`
}

/** The path below which the API is that the user's credential is for. @throws As {@link credentialsPath}. */
export function proxyPath(selector: CredentialSelector): string {
  return `${userPath(selector)}/proxy`
}

/** The account that is named, URL-encoded. @throws As {@link credentialsPath}. */
export function encodedAccount({ accountId }: CredentialSelector): string | undefined {
  if (accountId === undefined) return undefined
  if (typeof accountId === 'string' && accountId !== '' && accountId.isWellFormed()) return encodeURIComponent(accountId)
  throw new VaultClientError('invalid_request', '`accountId` must be a text that is not empty, or be left out.')
}

function userPath({ connectionId, userId }: CredentialSelector): string {
  return `/v1/connections/${segment(connectionId, 'connectionId')}/users/${segment(userId, 'userId')}`
}

function segment(id: string, name: string): string {
  // URLs resolve a segment of dots, encoded or not: it would be another path.
  if (typeof id === 'string' && id !== '' && id !== '.' && id !== '..' && id.isWellFormed()) return encodeURIComponent(id)
  throw new VaultClientError('invalid_request', `\`${name}\` must be a text that is not empty, and neither a dot nor two.`)
}
