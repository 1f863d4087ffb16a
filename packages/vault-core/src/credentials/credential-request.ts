import { readActor } from '../events/actor.js'
import { DEFAULT_ACCOUNT_ID } from '../model/account-id.js'
import { refuseFields } from '../refuse-fields.js'
import { storeKeyProblem } from '../storage/rules/store-key.js'
import type { CredentialSelector, GetCredentialsOptions } from './credentials.js'

/** Checks whose credential is asked for. @throws {VaultError} `invalid_request`, naming each bad field. */
export function parseSelector(selector: CredentialSelector): Required<CredentialSelector> {
  const { connectionId, userId, accountId = DEFAULT_ACCOUNT_ID } = selector ?? {}
  const parsed = { connectionId, userId, accountId }
  if (storeKeyProblem(connectionId) ?? storeKeyProblem(userId) ?? storeKeyProblem(accountId)) {
    const problems = Object.entries(parsed).map(([name, value]) => [name, storeKeyProblem(value)])
    refuseFields(Object.fromEntries(problems.filter(([, problem]) => problem !== undefined)))
  }
  return parsed
}

export interface ParsedGetOptions {
  readonly minValidityMs: number | undefined
  readonly requiredScopes: readonly string[]
  readonly forceRefresh: boolean
  readonly rejected: string | undefined
  readonly bearerOnly: boolean
  readonly signal: AbortSignal | undefined
}

/** Checks the options of `getCredentials`. @throws {VaultError} `invalid_request`, naming each bad field. */
export function parseGetOptions(options: GetCredentialsOptions): ParsedGetOptions {
  const { minValidityMs, requiredScopes = [], forceRefresh = false, rejected, bearerOnly = false, actor, signal } = options ?? {}
  const fields: Record<string, string> = {}
  if (minValidityMs !== undefined && !(typeof minValidityMs === 'number' && Number.isFinite(minValidityMs) && minValidityMs >= 0)) {
    fields.minValidityMs = 'must be a number of milliseconds, 0 or more'
  }
  if (!Array.isArray(requiredScopes) || !requiredScopes.every((scope) => typeof scope === 'string' && /^\S+$/.test(scope))) {
    fields.requiredScopes = 'must be an array of scope names, one each'
  }
  if (typeof forceRefresh !== 'boolean') fields.forceRefresh = 'must be true or false'
  if (typeof bearerOnly !== 'boolean') fields.bearerOnly = 'must be true or false'
  if (rejected !== undefined && !(typeof rejected === 'string' && /^[A-Za-z0-9_-]{22}$/.test(rejected)))
    fields.rejected = 'must be the `fingerprint` of the credentials that were refused'
  readActor(actor, fields)
  if (signal !== undefined && !(signal instanceof AbortSignal)) fields.signal = 'must be an AbortSignal'
  refuseFields(fields)
  return { minValidityMs, requiredScopes, forceRefresh, rejected, bearerOnly, signal }
}
