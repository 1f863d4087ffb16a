import { VaultError } from '@holdfast/vault-core'

/**
 * An id may stand in the body of a PUT too, but it never renames what the path names.
 *
 * @throws {VaultError} `invalid_request`, naming the field.
 */
export function assertAgreesWithPath(field: string, inBody: string | undefined, inPath: string): void {
  if (inBody === undefined || inBody === inPath) return
  const problem = 'must be the one in the path, or be left out'
  throw new VaultError('invalid_request', `\`${field}\` ${problem}.`, { fields: { [field]: problem } })
}
