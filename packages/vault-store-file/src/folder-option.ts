import { VaultError } from '@holdfast/vault-core'

/** Checks a `path` option. @throws {VaultError} `invalid_configuration`. */
export function assertFolderOption(path: unknown, owner: string): void {
  if (typeof path !== 'string' || path === '' || path.includes('\0')) throw invalidOption(owner, 'path', 'must name a folder')
}

/** @param owner - The function that was given the option, by its name. */
export function invalidOption(owner: string, field: string, problem: string): VaultError {
  return new VaultError('invalid_configuration', `\`${field}\` of ${owner} ${problem}.`, { fields: { [field]: problem } })
}
