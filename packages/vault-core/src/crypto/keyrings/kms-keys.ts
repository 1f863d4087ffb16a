import { invalidKeyring, type KeyRing, parseKeyRing } from '../key-ring.js'

/** What the keys of one key service look like. */
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
export function parseKmsKeys<Key extends { readonly id: string }>(
  keys: readonly Key[],
  { factory, form, field, rule, isName }: KmsKeyForm<Key>,
): KeyRing<Key> {
  return parseKeyRing(keys, {
    noArray: `${factory} takes an array of \`${form}\` as \`keys\`.`,
    form,
    noKey: `The keyring has no key, and without one nothing is stored. Pass one to ${factory}.`,
    read(entry, id, place) {
      if (!isName(entry[field])) throw invalidKeyring(`${place}.${field}`, `\`${field}\` of key "${id}" must be ${rule}.`)
      return { ...entry }
    },
  })
}
