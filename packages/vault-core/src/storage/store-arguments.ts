import { VaultError } from '../errors.js'
import type { CredentialExpectation } from './credential-store.js'

/** Longest page of a listing. */
export const MAX_PAGE_LIMIT = 1_000

/** For stores: refuses a limit that the contract does not allow. @throws {VaultError} `invalid_request`. */
export function assertPageLimit(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_PAGE_LIMIT) return
  const problem = `must be a whole number from 1 to ${MAX_PAGE_LIMIT.toLocaleString('en')}`
  throw new VaultError('invalid_request', `\`limit\` ${problem}.`, { fields: { limit: problem } })
}

/** For stores: refuses an update that expects nothing. @throws {VaultError} `invalid_request`. */
export function assertExpectation(expect: CredentialExpectation): void {
  if (Object.values(expect).some((value) => value !== undefined)) return
  throw new VaultError('invalid_request', 'An update needs an expectation: `version`, `epoch`, `fence` or `refreshTokenFingerprint`.', {
    fields: { expect: 'must hold at least one condition' },
  })
}
