import type { Vault } from '@holdfast/vault-core'

const byVault = new WeakMap<Vault, Map<string, Set<string>>>()

/** Notes that a route of the application requires these scopes: its users may be asked for them. */
export function requireScopes(vault: Vault, connectionId: string, scopes: readonly string[]): void {
  if (scopes.length === 0) return
  const connections = byVault.get(vault) ?? new Map<string, Set<string>>()
  byVault.set(vault, connections)
  const required = connections.get(connectionId) ?? new Set<string>()
  connections.set(connectionId, required)
  for (const scope of scopes) required.add(scope)
}

/** All that routes of the application require of this connection. */
export function requiredScopesOf(vault: Vault, connectionId: string): readonly string[] {
  return [...(byVault.get(vault)?.get(connectionId) ?? [])]
}
