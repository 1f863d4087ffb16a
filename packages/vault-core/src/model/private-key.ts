/** How a private key signs: the WebCrypto algorithm that imports it. */
type SigningAlgorithm =
  | { readonly name: 'RSASSA-PKCS1-v1_5' | 'RSA-PSS'; readonly hash: 'SHA-256' | 'SHA-384' | 'SHA-512' }
  | { readonly name: 'ECDSA'; readonly namedCurve: 'P-256' | 'P-384' | 'P-521' }
  | { readonly name: 'Ed25519' }

/** A private key, read but not yet imported. */
export type PrivateKeyText =
  | { readonly format: 'pkcs8'; readonly der: Uint8Array<ArrayBuffer>; readonly algorithm: SigningAlgorithm; readonly kid: undefined }
  | { readonly format: 'jwk'; readonly jwk: JsonWebKey; readonly algorithm: SigningAlgorithm; readonly kid: string | undefined }

/** Reads a private key for `private_key_jwt`: PKCS#8 PEM or a JWK as JSON text. Returns what is wrong as text, never with the key in it. */
export function readPrivateKey(text: string): PrivateKeyText | { readonly problem: string } {
  const trimmed = text.trim()
  return trimmed.startsWith('{') ? readJwk(trimmed) : readPem(trimmed)
}

function readPem(text: string): PrivateKeyText | { readonly problem: string } {
  const label = /^-----BEGIN ([A-Z0-9 ]+)-----/.exec(text)?.[1]
  if (label === undefined) return { problem: 'must be a PKCS#8 PEM (`-----BEGIN PRIVATE KEY-----`) or a private JWK as JSON' }
  if (label === 'ENCRYPTED PRIVATE KEY') return { problem: 'is encrypted: pass the key without a passphrase' }
  if (label.endsWith('PRIVATE KEY') && label !== 'PRIVATE KEY') {
    return { problem: 'is a PEM of another kind: convert it with `openssl pkcs8 -topk8 -nocrypt`' }
  }
  if (label !== 'PRIVATE KEY') return { problem: 'is no private key' }
  const body = /^-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END PRIVATE KEY-----$/.exec(text)?.[1]
  const der = body === undefined ? undefined : bytesOfBase64(body.replace(/\s/g, ''))
  if (der?.[0] !== 0x30) return { problem: 'is a damaged PEM; in an environment variable its line ends may be missing' }
  const algorithm = algorithmOfPkcs8(der)
  return algorithm
    ? { format: 'pkcs8', der, algorithm, kid: undefined }
    : { problem: 'is of an unsupported kind: use RSA, P-256, P-384, P-521 or Ed25519' }
}

/** The algorithm identifier stands near the start of a PKCS#8 key (RFC 5958, section 2). */
function algorithmOfPkcs8(der: Uint8Array): SigningAlgorithm | undefined {
  const head = Array.from(der.subarray(0, 48), (byte) => byte.toString(16).padStart(2, '0')).join('')
  return OBJECT_IDENTIFIERS.find(([identifier]) => head.includes(identifier))?.[1]
}

/** DER of the object identifiers: rsaEncryption, secp256r1, secp384r1, secp521r1, Ed25519. */
const OBJECT_IDENTIFIERS: readonly (readonly [string, SigningAlgorithm])[] = [
  ['06092a864886f70d010101', { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }],
  ['06082a8648ce3d030107', { name: 'ECDSA', namedCurve: 'P-256' }],
  ['06052b81040022', { name: 'ECDSA', namedCurve: 'P-384' }],
  ['06052b81040023', { name: 'ECDSA', namedCurve: 'P-521' }],
  ['06032b6570', { name: 'Ed25519' }],
]

function readJwk(text: string): PrivateKeyText | { readonly problem: string } {
  let jwk: JsonWebKey & { readonly kid?: unknown }
  try {
    jwk = JSON.parse(text)
  } catch {
    return { problem: 'is damaged JSON' }
  }
  if (jwk.kty === 'oct') return { problem: 'is a symmetric key: use an RSA, EC or OKP key pair' }
  if (typeof jwk.d !== 'string') return { problem: 'is a public key: the JWK has no `d`' }
  const algorithm = algorithmOfJwk(jwk)
  if (!algorithm) return { problem: 'is of an unsupported kind: use RSA, P-256, P-384, P-521 or Ed25519' }
  return { format: 'jwk', jwk, algorithm, kid: typeof jwk.kid === 'string' && jwk.kid !== '' ? jwk.kid : undefined }
}

function algorithmOfJwk({ kty, crv, alg }: { readonly [Field in keyof JsonWebKey]: unknown }): SigningAlgorithm | undefined {
  if (kty === 'RSA') {
    if (alg !== undefined && typeof alg !== 'string') return undefined
    const hash = RSA_HASHES[alg?.slice(2) ?? '256']
    if (!hash || !/^(RS|PS)\d{3}$/.test(alg ?? 'RS256')) return undefined
    return { name: alg?.startsWith('PS') ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5', hash }
  }
  if (kty === 'EC' && (crv === 'P-256' || crv === 'P-384' || crv === 'P-521')) return { name: 'ECDSA', namedCurve: crv }
  return kty === 'OKP' && crv === 'Ed25519' ? { name: 'Ed25519' } : undefined
}

const RSA_HASHES: Readonly<Record<string, 'SHA-256' | 'SHA-384' | 'SHA-512'>> = { 256: 'SHA-256', 384: 'SHA-384', 512: 'SHA-512' }

function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}
