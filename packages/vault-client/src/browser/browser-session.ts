import { fieldOf, textOf } from '../read-error.js'
import { VaultClientError } from '../vault-client-error.js'

/** Who is signed in, and his token. */
export interface BrowserSession {
  readonly userId: string
  readonly name: string | undefined
  readonly email: string | undefined
  readonly picture: string | undefined
  /** For your own services, which verify it with the vault's public keys; the provider's is another. */
  readonly accessToken: string
  readonly expiresAt: Date
}

/**
 * Reads the vault's tokens. The ID token's signature is not checked: it came from the vault itself, by https (OpenID Connect Core, 3.1.3.7).
 *
 * @throws {VaultClientError} `invalid_response`.
 */
export function readSession(json: unknown): BrowserSession {
  const [accessToken, lifeS, claims] = [textOf(json, 'access_token'), fieldOf(json, 'expires_in'), claimsOf(textOf(json, 'id_token'))]
  const userId = textOf(claims, 'sub')
  if (!accessToken || !userId || typeof lifeS !== 'number') {
    throw new VaultClientError('invalid_response', 'The vault’s answer holds no tokens. Correct `url`.')
  }
  const [name, email, picture] = [textOf(claims, 'name'), textOf(claims, 'email'), textOf(claims, 'picture')]
  return { userId, name, email, picture, accessToken, expiresAt: new Date(Date.now() + lifeS * 1000) }
}

function claimsOf(token = ''): unknown {
  try {
    const bytes = Uint8Array.from(atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0))
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}
