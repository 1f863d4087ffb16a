import { VaultClientError } from '../vault-client-error.js'
import type { CredentialSelector } from './client-credentials.js'

/**
 * The path of a user's credential, each id encoded as one segment.
 *
 * @throws {VaultClientError} `invalid_request` for an id that no path can hold.
 */
export function credentialsPath(selector: CredentialSelector): string {
  return `${userPath(selector)}/credentials`
}

/** The path below which the API is that the user's credential is for. @throws As {@link credentialsPath}. */
export function proxyPath(selector: CredentialSelector): string {
  return `${userPath(selector)}/proxy`
}

function userPath({ connectionId, userId }: CredentialSelector): string {
  return `/v1/connections/${segment(connectionId, 'connectionId')}/users/${segment(userId, 'userId')}`
}

function segment(id: string, name: string): string {
  // URLs resolve a segment of dots, encoded or not: it would be another path.
  if (typeof id === 'string' && id !== '' && id !== '.' && id !== '..' && id.isWellFormed()) return encodeURIComponent(id)
  throw new VaultClientError('invalid_request', `\`${name}\` must be a text that is not empty, and neither a dot nor two.`)
}
