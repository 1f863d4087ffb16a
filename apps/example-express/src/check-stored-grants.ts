import { isVaultError, type Vault } from '@holdfast/vault-core'
import { CONNECTION_ID } from './vault.ts'

/**
 * Asks for a new token for each stored credential. The demo provider keeps its grants in memory and knows none of an earlier run: so
 * the vault learns at the start that consent is needed again, and the pages say so. A real provider remembers, and needs no such step.
 */
export async function checkStoredGrants(vault: Vault): Promise<void> {
  const { items } = await vault.listCredentials({ connectionId: CONNECTION_ID })
  for (const { connectionId, userId, accountId, status } of items) {
    if (status !== 'active') continue
    try {
      await vault.getCredentials({ connectionId, userId, accountId }, { forceRefresh: true })
    } catch (error) {
      if (!isVaultError(error)) throw error
    }
  }
}
