import { VaultError } from '../errors.js'
import { isProduction, type RandomSource, runtimeWithDefaults } from '../runtime.js'
import { fromBase64 } from './base64.js'
import { constantTimeEqual } from './constant-time.js'
import { unwrapDataKey, type WrappingKey, wrapDataKey, wrappingKeyIdOf } from './data-key-wrap.js'
import type { Keyring } from './keyring.js'
import { isWrappingKeyId } from './wrapped-header.js'

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
      const id = wrappingKeyIdOf(wrapped)
      if (id === undefined)
        throw new VaultError('decryption_failed', 'A wrapped data key is damaged: it has no key id. Restore it from a backup.')
      const key = ring.byId.get(id)
      if (!key)
        throw new VaultError(
          'store_unavailable',
          `The keyring has no key "${id}", which wraps a data key in the store. Add it to the keyring.`,
          { reason: 'unknown_key' },
        )
      const dek = unwrapDataKey(key, context, wrapped)
      if (!dek)
        throw new VaultError(
          'decryption_failed',
          `A data key does not open under key "${id}". Check that the key under this id is the one that wrapped it.`,
        )
      return dek
    },
  }
}

interface Ring {
  readonly primary: WrappingKey
  readonly byId: ReadonlyMap<string, WrappingKey>
}

function parseKeys(keys: readonly LocalKey[]): Ring {
  if (!Array.isArray(keys)) throw invalid('keys', 'localKeyring takes an array of `{ id, key }`.')
  const parsed = new Map<string, WrappingKey>()
  for (const [index, entry] of keys.entries()) {
    if (typeof entry !== 'object' || entry === null) throw invalid(`keys[${index}]`, `Key ${index + 1} is not of the form \`{ id, key }\`.`)
    const { id, key } = entry
    if (!isWrappingKeyId(id))
      throw invalid(`keys[${index}].id`, `Key ${index + 1} needs an id of 1 to 64 letters, digits, ".", "_" or "-".`)
    if (parsed.has(id)) throw invalid(`keys[${index}].id`, `Two keys have the id "${id}". Give each key an id of its own.`)
    parsed.set(id, { id, key: parseKey(key, id, index) })
  }
  const primary = parsed.get(keys[0]?.id ?? '')
  if (!primary)
    throw invalid('keys', `The keyring has no key, and without one nothing is stored. ${HOW_TO_MAKE_ONE}, and pass it to localKeyring.`)
  return { primary, byId: parsed }
}

function parseKey(key: unknown, id: string, index: number): Uint8Array {
  const field = `keys[${index}].key`
  const bytes = typeof key === 'string' ? fromBase64(key.trim()) : key instanceof Uint8Array ? key.slice() : undefined
  if (bytes === undefined)
    throw invalid(
      field,
      `Key "${id}" is neither 32 bytes nor their base64: a character is missing, or does not belong there. ${HOW_TO_MAKE_ONE}.`,
    )
  if (bytes.length !== KEY_LENGTH) throw invalid(field, `Key "${id}" has ${bytes.length} bytes and needs 32. ${HOW_TO_MAKE_ONE}.`)
  if (isProduction() && constantTimeEqual(bytes, EXAMPLE_KEY))
    throw invalid(field, `Key "${id}" is the example of the documentation, which everybody knows. ${HOW_TO_MAKE_ONE}, and keep it secret.`)
  if (bytes.every((byte) => byte === 0)) throw invalid(field, `Key "${id}" is all zeros. ${HOW_TO_MAKE_ONE}.`)
  return bytes
}

function invalid(field: string, message: string): VaultError {
  return new VaultError('invalid_configuration', message, { fields: { [field]: message } })
}
