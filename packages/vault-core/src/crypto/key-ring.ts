import { VaultError } from '../errors.js'
import { isWrappingKeyId } from './wrapped-header.js'

/** The wrapping keys of a keyring, by id: the first wraps, all unwrap. */
export interface KeyRing<Key> {
  readonly primary: Key
  readonly byId: ReadonlyMap<string, Key>
}

/** How the keys of one kind of keyring are read. */
export interface KeyRingForm<Entry, Key> {
  /** What is wrong when no array came. */
  readonly noArray: string
  /** `{ id, … }`, for messages. */
  readonly form: string
  /** What is wrong when no key came. */
  readonly noKey: string
  /** Reads one entry, whose id is right. `place`: `keys[0]`. */
  readonly read: (entry: Entry, id: string, place: string) => Key
}

/** @throws {VaultError} `invalid_configuration`, naming the field. */
export function parseKeyRing<Entry extends { readonly id: string }, Key>(
  keys: readonly Entry[],
  { noArray, form, noKey, read }: KeyRingForm<Entry, Key>,
): KeyRing<Key> {
  if (!Array.isArray(keys)) throw invalidKeyring('keys', noArray)
  const byId = new Map<string, Key>()
  for (const [index, entry] of keys.entries()) {
    const place = `keys[${index}]`
    if (typeof entry !== 'object' || entry === null) throw invalidKeyring(place, `Key ${index + 1} is not of the form \`${form}\`.`)
    const { id } = entry
    if (!isWrappingKeyId(id))
      throw invalidKeyring(`${place}.id`, `Key ${index + 1} needs an id of 1 to 64 letters, digits, ".", "_" or "-".`)
    if (byId.has(id)) throw invalidKeyring(`${place}.id`, `Two keys have the id "${id}". Give each key an id of its own.`)
    byId.set(id, read(entry, id, place))
  }
  const [primary] = byId.values()
  if (primary === undefined) throw invalidKeyring('keys', noKey)
  return { primary, byId }
}

/**
 * The key that a wrapped data key names.
 *
 * @param id - What the wrapped bytes say; undefined when they say nothing.
 * @throws {VaultError} `decryption_failed` for bytes that say nothing; `store_unavailable`, reason `unknown_key`.
 */
export function wrappingKeyOf<Key>({ byId }: KeyRing<Key>, id: string | undefined): Key {
  if (id === undefined)
    throw new VaultError('decryption_failed', 'A wrapped data key is damaged: it has no key id. Restore it from a backup.')
  const key = byId.get(id)
  if (key !== undefined) return key
  throw new VaultError('store_unavailable', `The keyring has no key "${id}", which wraps a data key in the store. Add it to the keyring.`, {
    reason: 'unknown_key',
  })
}

export function invalidKeyring(field: string, message: string): VaultError {
  return new VaultError('invalid_configuration', message, { fields: { [field]: message } })
}
