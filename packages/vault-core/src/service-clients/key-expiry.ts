import { timestamp } from '../documents/timestamp.js'
import { VaultError } from '../errors.js'
import type { VerificationKey } from './service-client.js'

/** Whether no token of the key is accepted any more. */
export function isExpired({ expiresAt }: Pick<VerificationKey, 'expiresAt'>, nowMs: number): boolean {
  return expiresAt !== undefined && nowMs >= Date.parse(expiresAt)
}

/**
 * When a new key is to expire, as it is kept.
 *
 * @throws {VaultError} `invalid_request` naming `expiresAt`.
 */
export function readExpiry(expiresAt: Date | undefined, nowMs: number): string | undefined {
  if (expiresAt === undefined) return undefined
  const ms = expiresAt instanceof Date ? expiresAt.getTime() : Number.NaN
  if (ms > nowMs && ms < END_OF_YEAR_9999_MS) return timestamp(ms)
  const problem = 'must be a time to come'
  throw new VaultError('invalid_request', `expiresAt ${problem}.`, { fields: { expiresAt: problem } })
}

/** Later years have another form in ISO 8601. */
const END_OF_YEAR_9999_MS = Date.UTC(10_000, 0)
