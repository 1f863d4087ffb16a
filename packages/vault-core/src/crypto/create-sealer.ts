import { utf8ToBytes } from '@noble/hashes/utils.js'
import { VaultError } from '../errors.js'
import { toBase64url } from './base64.js'
import type { CipherSuite } from './cipher-suite.js'
import { createDataKeys, type DataKeysOptions } from './data-keys.js'
import { type DataKey, dataKeyIdOf, openEnvelope, readHeader, sealEnvelope } from './envelope.js'
import { hmacSha256 } from './hmac-sha256.js'
import { lengthPrefixedForNow } from './length-prefixed.js'
import { type EnvelopePrimitives, noblePrimitives } from './primitives.js'
import type { SealContext, Sealer } from './sealer.js'

const FINGERPRINT_LABEL = utf8ToBytes('hf1 refresh token fingerprint')
const FINGERPRINT_LENGTH = 16

/** How long a prepared key stays at hand: the longest request to a provider (120 s), and what comes after it. */
const PREPARED_FOR_MS = 150_000

export interface SealerOptions extends DataKeysOptions {
  /** Another implementation of the same algorithms, such as the platform's own, for speed. */
  readonly primitives?: EnvelopePrimitives
  /** What new values are sealed with; the primitives must have it. Default `xchacha20-poly1305`. */
  readonly cipherSuite?: CipherSuite
}

/** Makes the {@link Sealer} of one tenant. */
export function createSealer(options: SealerOptions): Sealer {
  const { tenant, runtime, primitives = noblePrimitives, cipherSuite } = options
  const dataKeys = createDataKeys(options)
  const fingerprintKeys = new WeakMap<DataKey, Uint8Array>()

  const contextBytes = ({ connectionId, userId, accountId, field, epoch, secretRev }: SealContext): Uint8Array =>
    lengthPrefixedForNow(['hf1/record', tenant, connectionId, userId, accountId, field, String(epoch), String(secretRev)])

  const fingerprintKey = (dataKey: DataKey): Uint8Array => {
    const known = fingerprintKeys.get(dataKey)
    if (known) return known
    const key = primitives.hkdfSha256(dataKey.key, new Uint8Array(), FINGERPRINT_LABEL, 32)
    fingerprintKeys.set(dataKey, key)
    return key
  }

  const prepare: Sealer['prepare'] = async (userId, { make = true } = {}) => {
    const keys = await (make ? dataKeys.of(userId, PREPARED_FOR_MS) : dataKeys.existing(userId, PREPARED_FOR_MS))
    await Promise.all([keys?.current(), keys?.oldest()])
  }

  return {
    prepare,
    async hold(userId) {
      const letGo = dataKeys.hold(userId)
      try {
        await prepare(userId, { make: false })
        return letGo
      } catch (error) {
        letGo()
        throw error
      }
    },
    async seal(context, plaintext) {
      const key = await (await dataKeys.of(context.userId)).current()
      return sealEnvelope(key, contextBytes(context), plaintext, runtime.random, primitives, cipherSuite)
    },
    async open(context, blob) {
      const header = readHeader(blob, primitives)
      if (!('dekId' in header)) throw failed(context, header.why, header.todo)
      const { dekId } = header
      const { userId } = context
      const key = await ((await dataKeys.existing(userId))?.byId(dekId) ?? (await dataKeys.reread(userId))?.byId(dekId))
      if (!key) throw failed(context, `its data key ${toBase64url(dekId)} is not in the store`)
      const plaintext = openEnvelope(key, contextBytes(context), blob, primitives)
      if (!plaintext) throw failed(context, `it does not open under data key ${toBase64url(dekId)}`)
      return plaintext
    },
    hasKeys: async (userId) => (await dataKeys.existing(userId)) !== undefined,
    async holdsKeyOf(userId, blob) {
      const dekId = dataKeyIdOf(blob)
      return dekId !== undefined && (await dataKeys.reread(userId))?.byId(dekId) !== undefined
    },
    destroyKeys: (userId) => dataKeys.destroy(userId),
    async fingerprint(userId, secret) {
      const oldest = await (await dataKeys.of(userId)).oldest()
      return hmacSha256(primitives, fingerprintKey(oldest), secret).slice(0, FINGERPRINT_LENGTH)
    },
  }
}

function failed({ userId, connectionId, field }: SealContext, why: string, todo = 'Restore the row and the right key'): VaultError {
  return new VaultError(
    'decryption_failed',
    `The value "${field}" of user "${userId}" on connection "${connectionId}" cannot be opened: ${why}. ${todo}, or let the user connect again.`,
    { connectionId, userId },
  )
}
