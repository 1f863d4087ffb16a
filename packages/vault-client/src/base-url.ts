import { VaultClientError } from './vault-client-error.js'

const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])$/

/**
 * The address of a vault: origin, and the path that it is mounted under if any, without a slash at the end.
 *
 * @throws {VaultClientError} `invalid_configuration` for what is no such address, or one to which tokens would travel in the clear.
 */
export function parseBaseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !isPrivateChannel(url) || url.username || url.password || url.search || url.hash) {
    throw new VaultClientError(
      'invalid_configuration',
      '`url` must be the https URL of the vault (http on loopback only), without user, query and fragment.',
    )
  }
  // An empty query or fragment, a `#` at the end, is seen in neither and would swallow the paths put behind it.
  return new URL(url.origin + url.pathname)
}

/** Whether a token may travel there: https, or http that does not leave this machine (RFC 6750, section 5.3). */
export function isPrivateChannel({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname))
}
