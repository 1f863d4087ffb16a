import { VaultError } from '@holdfast/vault-core'

/**
 * The id of a user of the host application, as its own function told it; undefined for nobody.
 *
 * @throws {VaultError} `invalid_configuration` for an id that would pass for a service client's, which begin with `sc_`.
 */
export function checkUserId(userId: string | undefined, option: 'identify' | 'verifyUserToken'): string | undefined {
  if (userId === undefined || userId === '') return undefined
  if (typeof userId !== 'string') throw invalid(option, 'must return a string or undefined')
  if (userId.startsWith('sc_'))
    throw invalid(option, 'returned a user id that begins with "sc_", which names service clients; map it to another id')
  return userId
}

function invalid(option: string, problem: string): VaultError {
  return new VaultError('invalid_configuration', `\`${option}\` ${problem}.`, { fields: { [option]: problem } })
}
