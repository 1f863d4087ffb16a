import { isVaultError, VaultError } from '@holdfast/vault-core'

/**
 * Runs a call of the core, and gives the bad fields that it finds the names which they have on the wire.
 *
 * @param names - Name on the wire by name in the core, for those that differ.
 * @throws Whatever the call throws; of `invalid_request`, the renamed one.
 */
export async function withWireNames<T>(names: Readonly<Record<string, string>>, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (!isVaultError(error, 'invalid_request') || !error.facts.fields) throw error
    const fields = Object.entries(error.facts.fields).map(([field, problem]) => [rename(field, names), problem] as const)
    const list = fields.map(([field, problem]) => `\`${field}\` ${problem}`).join('; ')
    throw new VaultError('invalid_request', `The request is wrong: ${list}.`, { ...error.facts, fields: Object.fromEntries(fields) })
  }
}

/** `statements[0].roles` is below `statements`: the first part alone has a name of its own on the wire. */
function rename(field: string, names: Readonly<Record<string, string>>): string {
  const first = /^[^.[]*/.exec(field)?.[0] ?? field
  return Object.hasOwn(names, first) ? `${names[first]}${field.slice(first.length)}` : field
}
