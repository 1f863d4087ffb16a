import { fromBase64, toBase64url } from '../crypto/base64.js'
import { VaultError } from '../errors.js'

/** What precedes the 32 bytes of an Ed25519 public key in its SubjectPublicKeyInfo (RFC 8410, section 4). */
const SPKI_PREFIX = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]
const KEY_LENGTH = 32

/**
 * The JWK `x` of an Ed25519 public key given as base64 of its SPKI DER.
 *
 * @throws {VaultError} `invalid_request` naming `publicKey`.
 */
export function readPublicKey(publicKey: string): string {
  const der = typeof publicKey === 'string' ? fromBase64(publicKey) : undefined
  const isEd25519 = der?.length === SPKI_PREFIX.length + KEY_LENGTH && SPKI_PREFIX.every((byte, index) => der[index] === byte)
  if (der && isEd25519) return toBase64url(der.subarray(SPKI_PREFIX.length))
  const problem = 'must be the base64 text of the SPKI DER of an Ed25519 public key'
  throw new VaultError('invalid_request', `publicKey ${problem}.`, { fields: { publicKey: problem } })
}
