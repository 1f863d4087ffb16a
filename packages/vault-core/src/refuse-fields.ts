import { VaultError } from './errors.js'

/** @throws {VaultError} `invalid_request`, naming each bad field of a call and what is wrong with it, if there is any. */
export function refuseFields(fields: Readonly<Record<string, string>>): void {
  const problems = Object.entries(fields)
  if (problems.length === 0) return
  throw new VaultError('invalid_request', `${problems.map(([name, problem]) => `\`${name}\` ${problem}`).join('; ')}.`, { fields })
}
