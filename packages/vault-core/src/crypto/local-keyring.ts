import { VaultError } from '../errors.js'
import { isProduction, type RandomSource, runtimeWithDefaults } from '../runtime.js'
import { fromBase64 } from './base64.js'
import { constantTimeEqual } from './constant-time.js'
import { unwrapDataKey, type WrappingKey, wrapDataKey, wrappingKeyIdOf } from './data-key-wrap.js'
import { invalidKeyring, type KeyRing, parseKeyRing, wrappingKeyOf } from './key-ring.js'
import type { Keyring } from './keyring.js'

export interface LocalKey {
  /** 1 to 64 letters, digits, `.`, `_`, `-`. Stored beside each data key that the key wraps; never give it to another key. */
  readonly id: string
  /** 32 bytes, or their base64 or base64url. */
  readonly key: Uint8Array | string
}

export interface LocalKeyringOptions {
  readonly random?: RandomSource
  /**
   * Gives the keys anew, asked once when a data key is under a wrapping key that is not known: another process may have been
   * given it already.
   */
  readonly reload?: () => Promise<readonly LocalKey[]>
}

const KEY_LENGTH = 32
/** The key that the documentation shows. Everybody has it. */
const EXAMPLE_KEY = new TextEncoder().encode('holdfast example key, not secret')
const HOW_TO_MAKE_ONE = 'Make one with `openssl rand -base64 32`'

/**
 * A keyring of wrapping keys that the application itself holds. The first key wraps, all unwrap: to rotate, put a new one in front.
 *
 * @throws {VaultError} `invalid_configuration` for no key, a key that is not 32 bytes or not base64, an all-zero key, a duplicate id,
 * and with `NODE_ENV=production` for the key that the documentation shows.
 * @example
 * ```ts
 * const keyring = localKeyring([{ id: '2026-11', key: process.env.HOLDFAST_KEY }])
 * ```
 */
export function localKeyring(keys: readonly LocalKey[], options: LocalKeyringOptions = {}): Keyring {
  const { random } = runtimeWithDefaults({ random: options.random })
  const { reload } = options
  let ring = parseKeys(keys)

  return {
    current: () => ring.primary.id,
    keyIdOf: wrappingKeyIdOf,
    ...(reload && {
      async reload() {
        ring = parseKeys(await reload())
      },
    }),
    wrap: async (dek, context) => wrapDataKey(ring.primary, context, dek, random),
    unwrap: async (wrapped, context) => {
      const key = wrappingKeyOf(ring, wrappingKeyIdOf(wrapped))
      const dek = unwrapDataKey(key, context, wrapped)
      if (!dek)
        throw new VaultError(
          'decryption_failed',
          `A data key does not open under key "${key.id}". Check that the key under this id is the one that wrapped it.`,
        )
      return dek
    },
  }
}

function parseKeys(keys: readonly LocalKey[]): KeyRing<WrappingKey> {
  return parseKeyRing(keys, {
    noArray: 'localKeyring takes an array of `{ id, key }`.',
    form: '{ id, key }',
    noKey: `The keyring has no key, and without one nothing is stored. ${HOW_TO_MAKE_ONE}, and pass it to localKeyring.`,
    read: ({ key }, id, place) => ({ id, key: parseKey(key, id, `${place}.key`) }),
  })
}

function parseKey(key: unknown, id: string, field: string): Uint8Array {
  const bytes = typeof key === 'string' ? fromBase64(key.trim()) : key instanceof Uint8Array ? key.slice() : undefined
  if (bytes === undefined)
    throw invalidKeyring(
      field,
      `Key "${id}" is neither 32 bytes nor their base64: a character is missing, or does not belong there. ${HOW_TO_MAKE_ONE}.`,
    )
  if (bytes.length !== KEY_LENGTH) throw invalidKeyring(field, `Key "${id}" has ${bytes.length} bytes and needs 32. ${HOW_TO_MAKE_ONE}.`)
  if (isProduction() && constantTimeEqual(bytes, EXAMPLE_KEY))
    throw invalidKeyring(
      field,
      `Key "${id}" is the example of the documentation, which everybody knows. ${HOW_TO_MAKE_ONE}, and keep it secret.`,
    )
  if (bytes.every((byte) => byte === 0)) throw invalidKeyring(field, `Key "${id}" is all zeros. ${HOW_TO_MAKE_ONE}.`)
  return bytes
}
