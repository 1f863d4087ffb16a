import { textOf } from '../read-error.js'
import { VaultClientError } from '../vault-client-error.js'

/** The provider's access token of the signed-in user. */
export interface ConnectionCredentials {
  readonly accessToken: string
  /** The account at the provider, where it said which; else `default`. */
  readonly accountId: string
  /** `Bearer` in all but name. */
  readonly tokenType: string
  /** As the provider wrote it. */
  readonly scope: string | undefined
  /** Undefined when the provider states no lifetime. */
  readonly expiresAt: Date | undefined
}

/** @throws {VaultClientError} `invalid_response`. */
export function readConnectionCredentials(json: unknown): ConnectionCredentials {
  const accessToken = textOf(json, 'accessToken')
  if (!accessToken) throw new VaultClientError('invalid_response', 'The vault’s answer holds no access token. Correct `url`.')
  const at = textOf(json, 'expiresAt')
  return {
    accessToken,
    accountId: textOf(json, 'accountId') ?? 'default',
    tokenType: textOf(json, 'tokenType') ?? 'Bearer',
    scope: textOf(json, 'scope'),
    expiresAt: at ? new Date(at) : undefined,
  }
}
