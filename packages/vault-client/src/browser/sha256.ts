import { toBase64url } from '../base64url.js'
import { VaultClientError } from '../vault-client-error.js'

/**
 * Base64url of the SHA-256 of a text.
 *
 * @throws {VaultClientError} `invalid_configuration` on a page to which browsers give no cryptography.
 */
export async function sha256(text: string): Promise<string> {
  const { subtle }: { readonly subtle?: SubtleCrypto } = crypto
  if (!subtle)
    throw new VaultClientError('invalid_configuration', 'Browsers have no cryptography on this page. Serve it by https, or on localhost.')
  return toBase64url(new Uint8Array(await subtle.digest('SHA-256', new TextEncoder().encode(text))))
}
