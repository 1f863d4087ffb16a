import { VaultError, type VaultErrorCode } from './errors.js'

/** @throws {VaultError} `invalid_request`, naming each bad field of a call and what is wrong with it, if there is any. */
export function refuseFields(fields: Readonly<Record<string, string>>): void {
  refuse('invalid_request', '', fields)
}

/**
 * The same of options that something is made with.
 *
 * @param whose - Begins the sentence: `The vault's options`.
 * @throws {VaultError} `invalid_configuration`.
 */
export function refuseOptions(whose: string, fields: Readonly<Record<string, string>>): void {
  refuse('invalid_configuration', `${whose} are wrong: `, fields)
}

function refuse(code: VaultErrorCode, beginning: string, fields: Readonly<Record<string, string>>): void {
  const problems = Object.entries(fields)
  if (problems.length === 0) return
  const list = problems.map(([name, problem]) => `\`${name}\` ${problem}`).join('; ')
  throw new VaultError(code, `${beginning}${list}.`, { fields })
}
