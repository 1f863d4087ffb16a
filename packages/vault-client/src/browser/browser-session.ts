import { fieldOf, textOf } from '../read-error.js'
import { VaultClientError } from '../vault-client-error.js'

/** Who is signed in, and his token. */
export interface BrowserSession {
  readonly userId: string
  readonly name: string | undefined
  readonly email: string | undefined
  readonly picture: string | undefined
  /**
   * For your own services, which verify it with the vault's public keys; the provider's is another. Undefined where the application keeps it
   * from scripts: then it is in a cookie.
   */
  readonly accessToken: string | undefined
  readonly expiresAt: Date
}

/**
 * Reads the vault's tokens. The ID token's signature is not checked: it came from the vault itself, by https (OpenID Connect Core, 3.1.3.7).
 *
 * @throws {VaultClientError} `invalid_response`, also for tokens of another vault or application.
 */
export function readSession(json: unknown, issuer: string, applicationId: string): BrowserSession {
  const claims = claimsOf(textOf(json, 'id_token'))
  const [userId, lifeS] = [textOf(claims, 'sub'), fieldOf(json, 'expires_in')]
  if (!userId || typeof lifeS !== 'number' || textOf(claims, 'iss') !== issuer || textOf(claims, 'aud') !== applicationId) {
    throw new VaultClientError('invalid_response', 'The vault sent no tokens of this application. Correct `url` and `applicationId`.')
  }
  const [name, email, picture] = [textOf(claims, 'name'), textOf(claims, 'email'), textOf(claims, 'picture')]
  return { userId, name, email, picture, accessToken: textOf(json, 'access_token'), expiresAt: new Date(Date.now() + lifeS * 1000) }
}

function claimsOf(token = ''): unknown {
  try {
    const bytes = Uint8Array.from(atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0))
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}
