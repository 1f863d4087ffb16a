import { VaultError } from '@holdfast/vault-core'
import type { VaultRequest } from './vault-request.js'

/** A token of the published SDK has about 500 characters. */
const MAX_LENGTH = 4_096

const SCHEME = 'Bearer '

/**
 * What stands behind the scheme, as it came: for whoever knows the token already. Undefined for a header in any but the usual form, of which
 * {@link readBearerToken} decides.
 */
export function peekBearerToken(request: VaultRequest): string | undefined {
  const header = request.headers.get('authorization')
  return header?.startsWith(SCHEME) && header.length <= MAX_LENGTH ? header.slice(SCHEME.length) : undefined
}

/**
 * The bearer token of a request (RFC 6750, section 2.1). A doubled `Bearer` is forgiven: documentation in the field passes the whole header as token.
 *
 * @throws {VaultError} `unauthenticated` when there is none.
 */
export function readBearerToken(request: VaultRequest): string {
  const header = request.headers.get('authorization') ?? ''
  const token = /^Bearer:? +(?:Bearer +)?([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(header.slice(0, MAX_LENGTH + 16))?.[1]
  if (token === undefined || header.length > MAX_LENGTH)
    throw unauthenticated('The request has no bearer token. Send one that is signed with an access key')
  return token
}

export function unauthenticated(what: string): VaultError {
  return new VaultError('unauthenticated', `${what}.`)
}
