import { timestamp } from '../documents/timestamp.js'
import { VaultError } from '../errors.js'
import { unknownFields } from '../model/unknown-field.js'
import { refuseFields } from '../refuse-fields.js'
import type { VerificationKey } from './service-client.js'
import type { NewKeyOptions } from './service-clients.js'

const KNOWN: readonly (keyof NewKeyOptions)[] = ['by', 'expiresAt']

/** Whether no token of the key is accepted any more. */
export function isExpired({ expiresAt }: Pick<VerificationKey, 'expiresAt'>, nowMs: number): boolean {
  return expiresAt !== undefined && nowMs >= Date.parse(expiresAt)
}

/**
 * When a new key is to expire, as it is kept. An option that is misspelt would make one that never does.
 *
 * @throws {VaultError} `invalid_request` naming `expiresAt`, or an unknown option.
 */
export function readExpiry(options: NewKeyOptions, nowMs: number): string | undefined {
  refuseFields(unknownFields(options, KNOWN, 'access key'))
  const { expiresAt } = options
  if (expiresAt === undefined) return undefined
  const ms = expiresAt instanceof Date ? expiresAt.getTime() : Number.NaN
  if (ms > nowMs && ms < END_OF_YEAR_9999_MS) return timestamp(ms)
  const problem = 'must be a time to come'
  throw new VaultError('invalid_request', `expiresAt ${problem}.`, { fields: { expiresAt: problem } })
}

/** Later years have another form in ISO 8601. */
const END_OF_YEAR_9999_MS = Date.UTC(10_000, 0)
