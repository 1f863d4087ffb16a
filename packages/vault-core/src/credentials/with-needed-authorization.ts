import { isVaultError, VaultError } from '../errors.js'
import { DEFAULT_ACCOUNT_ID } from '../model/account-id.js'
import type { Connection } from '../model/connection.js'
import type { NeededAuthorization } from '../model/needed-authorization.js'
import { scopeProperties } from '../model/scope-properties.js'
import { scopesOf } from '../model/scopes.js'
import type { CredentialKey, CredentialRow } from '../storage/contract.js'
import { accountIdOf } from './accounts.js'
import { type CredentialData, readCredentialData } from './credential-data.js'

interface Asked {
  readonly connection: Connection
  /** Whose credential was asked for. */
  readonly key: CredentialKey
  /** The row that was found. */
  readonly row: CredentialRow | undefined
  readonly requiredScopes: readonly string[]
}

/** The same error, and where the user has to consent, what is to be begun for that. */
export function withNeededAuthorization(error: unknown, asked: Asked): unknown {
  if (!isVaultError(error, 'credential_not_found', 'reauthorization_required', 'insufficient_scope')) return error
  const { connection, key, row, requiredScopes: required } = asked
  const data = row && error.code !== 'credential_not_found' ? readCredentialData(row) : undefined
  // What was granted by a refresh just now is not in the row that was read.
  const granted = error.facts.grantedScopes ? new Set(error.facts.grantedScopes) : data && scopesOf(data.scope)
  const accountId = accountToName(key, row, data)
  const authorization: NeededAuthorization = {
    connectionId: key.connectionId,
    userId: key.userId,
    ...(accountId !== undefined && { accountId }),
    connectionProperties: scopeProperties(connection, { granted, required }),
  }
  return new VaultError(error.code, error.message, {
    ...error.facts,
    ...(granted && { grantedScopes: [...granted] }),
    authorization,
    cause: error.cause,
  })
}

/** One that the user is to sign in with. A default account of which nothing is known may be any. */
function accountToName({ accountId }: CredentialKey, row: CredentialRow | undefined, data: CredentialData | undefined): string | undefined {
  const known = row && data ? accountIdOf(row, data) : accountId
  return known === DEFAULT_ACCOUNT_ID ? undefined : known
}
