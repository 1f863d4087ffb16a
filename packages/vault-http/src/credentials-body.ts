import type { Credentials } from '@holdfast/vault-core'

/** What is told of credentials over HTTP. */
export function credentialsBody({ accessToken, accountId, tokenType, scope, expiresAt, properties }: Credentials): object {
  return {
    accessToken,
    accountId,
    tokenType,
    scope,
    expiresAt: expiresAt?.toISOString(),
    ...(Object.keys(properties).length > 0 && { properties }),
  }
}
