import { VaultClientError } from '../vault-client-error.js'

/** A service client's access key, whose private half can sign and cannot be read any more. */
export interface AccessKey {
  readonly clientId: string
  readonly keyId: string
  readonly accountId: string
  /** Ed25519 signature. @throws {VaultClientError} `invalid_configuration` where WebCrypto does not know the key or the curve. */
  sign(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array>
}

/** Base64 of PKCS#8 (RFC 8410, section 7): a fixed beginning, then 32 bytes of key. */
const PRIVATE_KEY = /^MC4CAQAwBQYDK2VwBCIEI[A-Za-z0-9+/]{43}$/

/**
 * Reads `clientId.keyId.accountId.privateKey`, as the vault showed it once.
 *
 * @throws {VaultClientError} `invalid_configuration`, without a word of the key.
 */
export function parseAccessKey(text: string): AccessKey {
  const [clientId, keyId, accountId, privateKey = '', ...rest] = typeof text === 'string' ? text.trim().split('.') : []
  if (!clientId || !keyId || !accountId || rest.length > 0 || !PRIVATE_KEY.test(privateKey)) {
    throw invalidKey('must be the whole text that the vault showed when it made the key: clientId.keyId.accountId.privateKey')
  }
  const der = Uint8Array.from(atob(privateKey), (character) => character.charCodeAt(0))
  const imported = importOnce(der)
  return { clientId, keyId, accountId, sign: async (bytes) => new Uint8Array(await crypto.subtle.sign('Ed25519', await imported(), bytes)) }
}

/** At first use, as the constructor cannot wait. The bytes are then forgotten. */
function importOnce(der: Uint8Array<ArrayBuffer>): () => Promise<CryptoKey> {
  let key: Promise<CryptoKey> | undefined
  return () => {
    key ??= crypto.subtle
      .importKey('pkcs8', der, 'Ed25519', false, ['sign'])
      .catch(() => {
        throw invalidKey('holds no Ed25519 key that the WebCrypto of this runtime can use')
      })
      .finally(() => der.fill(0))
    return key
  }
}

function invalidKey(problem: string): VaultClientError {
  return new VaultClientError('invalid_configuration', `\`accessKey\` ${problem}.`)
}
