import { VaultError } from '@holdfast/vault-core'
import { assertStoreKey } from '@holdfast/vault-core/store'

/** @throws {VaultError} `invalid_request` for what can be no user id. */
export function assertUserId(userId: string): void {
  assertStoreKey(userId, 'userId')
}

/** @throws {VaultError} `invalid_configuration`: it is the host's code that has to change. */
export function assertHostsUserId(userId: unknown): asserts userId is string {
  const fits = typeof userId === 'string' && userId.length >= 1 && userId.length <= 255 && userId.isWellFormed()
  if (fits && !/\p{Cc}/u.test(userId) && !userId.startsWith('sc_')) return
  const problem = 'must return undefined, or a user id of 1 to 255 characters that does not begin with `sc_`'
  throw new VaultError('invalid_configuration', `\`resolveUser\` ${problem}.`, { fields: { resolveUser: problem } })
}
