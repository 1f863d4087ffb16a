import { VaultError } from '../../errors.js'
import { isWrappingKeyId } from '../wrapped-header.js'

/** The wrapping keys of a keyring: the first wraps, all unwrap. */
export interface KmsKeys<Key> {
  readonly primary: Key
  readonly byId: ReadonlyMap<string, Key>
}

/** What the keys of one keyring look like. */
export interface KmsKeyForm<Key> {
  /** The function that takes them. */
  readonly factory: string
  /** `{ id, … }`, for messages. */
  readonly form: string
  /** The field that names the key at its service. */
  readonly field: keyof Key & string
  /** What that name has to be, as the end of the sentence "… must be". */
  readonly rule: string
  isName(value: unknown): boolean
}

/** @throws {VaultError} `invalid_configuration`, naming the field. */
export function parseKmsKeys<Key extends { readonly id: string }>(keys: readonly Key[], rules: KmsKeyForm<Key>): KmsKeys<Key> {
  const { factory, form, field, rule, isName } = rules
  if (!Array.isArray(keys)) throw invalidKeyring('keys', `${factory} takes an array of \`${form}\` as \`keys\`.`)
  const byId = new Map<string, Key>()
  for (const [index, entry] of keys.entries()) {
    const place = `keys[${index}]`
    if (typeof entry !== 'object' || entry === null) throw invalidKeyring(place, `Key ${index + 1} is not of the form \`${form}\`.`)
    const { id } = entry
    if (!isWrappingKeyId(id))
      throw invalidKeyring(`${place}.id`, `Key ${index + 1} needs an id of 1 to 64 letters, digits, ".", "_" or "-".`)
    if (byId.has(id)) throw invalidKeyring(`${place}.id`, `Two keys have the id "${id}". Give each key an id of its own.`)
    if (!isName(entry[field])) throw invalidKeyring(`${place}.${field}`, `\`${field}\` of key "${id}" must be ${rule}.`)
    byId.set(id, { ...entry })
  }
  const [primary] = byId.values()
  if (!primary) throw invalidKeyring('keys', `The keyring has no key, and without one nothing is stored. Pass one to ${factory}.`)
  return { primary, byId }
}

export function invalidKeyring(field: string, message: string): VaultError {
  return new VaultError('invalid_configuration', message, { fields: { [field]: message } })
}
