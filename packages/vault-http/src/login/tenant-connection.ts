import { type CustomerTenant, type Vault, VaultError } from '@holdfast/vault-core'

const PAGE = 1_000
const MAX_PAGES = 10

/** The connection that the people of a customer tenant sign in with. @throws {VaultError} `not_found`. */
export async function connectionOfTenant(vault: Vault, tenantLookupIdentifier: string): Promise<string> {
  const connectionId = (await findTenant(vault, tenantLookupIdentifier))?.connection?.connectionId
  if (connectionId !== undefined) return connectionId
  throw new VaultError('not_found', 'There is no tenant of this `tenantLookupIdentifier`, or it has no connection. Add it at /v1/tenants.')
}

async function findTenant(vault: Vault, tenantLookupIdentifier: string): Promise<CustomerTenant | undefined> {
  let cursor: string | undefined
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const page = await vault.tenants.list({ limit: PAGE, ...(cursor !== undefined && { cursor }) })
    const found = page.items.find((tenant) => tenant.tenantLookupIdentifier === tenantLookupIdentifier)
    if (found || page.cursor === undefined) return found
    cursor = page.cursor
  }
  return undefined
}
