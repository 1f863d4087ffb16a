import { VaultError } from '@holdfast/vault-core'

/** @throws {VaultError} `invalid_configuration`. */
export function parseAllowedScopes(
  given: Readonly<Record<string, readonly string[]>> | ((connectionId: string) => readonly string[]) | undefined,
): (connectionId: string) => readonly string[] {
  if (typeof given === 'function') return given
  if (given !== undefined && !isRecordOfLists(given)) throw invalid()
  const byConnection = new Map(Object.entries(given ?? {}))
  return (connectionId) => byConnection.get(connectionId) ?? []
}

function isRecordOfLists(given: unknown): boolean {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return false
  return Object.values(given).every((scopes) => Array.isArray(scopes) && scopes.every((scope) => typeof scope === 'string'))
}

function invalid(): VaultError {
  const problem =
    "must name lists of scopes by connection, `{ google: ['https://www.googleapis.com/auth/drive'] }` for one, or be a function"
  return new VaultError('invalid_configuration', `\`allowedScopes\` ${problem}.`, { fields: { allowedScopes: problem } })
}
