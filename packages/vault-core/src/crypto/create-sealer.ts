import { hkdf } from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { VaultError } from '../errors.js'
import { toBase64url } from './base64.js'
import { createDataKeys, type DataKeysOptions } from './data-keys.js'
import { dataKeyIdOf, openEnvelope, sealEnvelope } from './envelope.js'
import { lengthPrefixed } from './length-prefixed.js'
import type { SealContext, Sealer } from './sealer.js'

const FINGERPRINT_INFO = utf8ToBytes('hf1 refresh token fingerprint')
const FINGERPRINT_LENGTH = 16

/** Makes the {@link Sealer} of one tenant. */
export function createSealer(options: DataKeysOptions): Sealer {
  const { tenant, runtime } = options
  const dataKeys = createDataKeys(options)

  const contextBytes = ({ connectionId, userId, accountId, field, epoch, secretRev }: SealContext): Uint8Array =>
    lengthPrefixed(['hf1/record', tenant, connectionId, userId, accountId, field, String(epoch), String(secretRev)])

  return {
    async prepare(userId) {
      await dataKeys.of(userId)
    },
    async seal(context, plaintext) {
      const { current } = await dataKeys.of(context.userId)
      return sealEnvelope(current, contextBytes(context), plaintext, runtime.random)
    },
    async open(context, blob) {
      const dekId = dataKeyIdOf(blob)
      if (!dekId) throw failed(context, 'it is not in format hf1')
      const key = (await dataKeys.of(context.userId)).byId(dekId) ?? (await dataKeys.reread(context.userId)).byId(dekId)
      if (!key) throw failed(context, `its data key ${toBase64url(dekId)} is not in the store`)
      const plaintext = openEnvelope(key, contextBytes(context), blob)
      if (!plaintext) throw failed(context, `it does not open under data key ${toBase64url(dekId)}`)
      return plaintext
    },
    async fingerprint(userId, secret) {
      const { first } = await dataKeys.of(userId)
      const key = hkdf(sha256, first.key, undefined, FINGERPRINT_INFO, 32)
      return hmac(sha256, key, utf8ToBytes(secret)).slice(0, FINGERPRINT_LENGTH)
    },
  }
}

function failed({ userId, connectionId, field }: SealContext, why: string): VaultError {
  return new VaultError(
    'decryption_failed',
    `The value "${field}" of user "${userId}" on connection "${connectionId}" cannot be opened: ${why}. Restore the row and the right key, or let the user connect again.`,
    { connectionId, userId },
  )
}
