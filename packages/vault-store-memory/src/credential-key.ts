import type { CredentialKey } from '@holdfast/vault-core'
import { keyOf } from './memory-state.js'

/** User before connection: that is the order of listings. */
export function credentialKey({ tenant, userId, connectionId, accountId }: CredentialKey): string {
  return keyOf({ tenant, userId, connectionId, accountId })
}
