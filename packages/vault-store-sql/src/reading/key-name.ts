import type { CredentialKey } from '@holdfast/vault-core/store'

/** Lengths keep parts apart that hold any character. */
export function keyName({ tenant, userId, connectionId, accountId }: CredentialKey): string {
  return `${tenant.length}:${userId.length}:${connectionId.length}:${tenant}${userId}${connectionId}${accountId}`
}
