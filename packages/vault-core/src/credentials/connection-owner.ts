import { VaultError } from '../errors.js'

/** Whose the credential of a connection itself is, in listings and events. No user is called so. */
export const CONNECTION_OWNER = '~connection'

export function wrongUser(problem: string): VaultError {
  return new VaultError('invalid_request', `\`userId\` ${problem}.`, { fields: { userId: problem } })
}
