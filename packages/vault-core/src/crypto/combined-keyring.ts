import { isVaultError } from '../errors.js'
import { invalidKeyring } from './key-ring.js'
import type { Keyring } from './keyring.js'

/**
 * Several keyrings as one: the first wraps, and each unwraps what it has wrapped. For the way from one kind to another, such as from
 * local keys to a key service: put the new one in front, call `vault.rotateKeys()`, and take the old one out when
 * `vault.keyStatus()` counts nothing under its keys.
 *
 * @throws {VaultError} `invalid_configuration` for no keyring, or two whose first keys have the same id.
 * @example
 * ```ts
 * const keyring = combinedKeyring([awsKmsKeyring({ client, keys }), localKeyring([{ id: 'old', key }])])
 * ```
 */
export function combinedKeyring(keyrings: readonly Keyring[]): Keyring {
  const [first] = Array.isArray(keyrings) ? keyrings : []
  if (!first) throw invalidKeyring('keyrings', 'combinedKeyring takes an array of keyrings, at least one. The first wraps.')
  const ids = keyrings.map((keyring) => keyring.current())
  const twice = ids.find((id, index) => ids.indexOf(id) !== index)
  if (twice !== undefined) throw invalidKeyring('keyrings', `Two keyrings wrap under the id "${twice}". Give each key an id of its own.`)
  const reloading = keyrings.filter((keyring) => keyring.reload)

  return {
    current: () => first.current(),
    keyIdOf: (wrapped) => keyrings.map((keyring) => keyring.keyIdOf(wrapped)).find((id) => id !== undefined),
    wrap: (dek, context) => first.wrap(dek, context),
    async unwrap(wrapped, context) {
      const [own = first, ...others] = keyrings.filter((keyring) => keyring.keyIdOf(wrapped) !== undefined)
      // Of several of one kind only those know the key that have it.
      for (const keyring of [own, ...others].slice(0, -1)) {
        try {
          return await keyring.unwrap(wrapped, context)
        } catch (error) {
          if (!isVaultError(error, 'store_unavailable') || error.facts.reason !== 'unknown_key') throw error
        }
      }
      return (others.at(-1) ?? own).unwrap(wrapped, context)
    },
    ...(reloading.length > 0 && {
      async reload() {
        await Promise.all(reloading.map((keyring) => keyring.reload?.()))
      },
    }),
  }
}
