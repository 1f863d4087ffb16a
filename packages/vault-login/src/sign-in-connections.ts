import { type Connection, isConnectedResource, isVaultError, type Vault, VaultError } from '@holdfast/vault-core'

/**
 * Whether users can sign in with a connection: not with the credential of a connection itself, not where only devices begin, and not at a server that was
 * connected by its URL. Whoever had it connected would choose who its users are, and what a page calls it. An account there can be linked.
 */
export function canSignIn(connection: Connection): boolean {
  const { grant, issuer, endpoints } = connection
  return grant === undefined && !isConnectedResource(connection) && (issuer !== undefined || endpoints.authorization !== undefined)
}

/**
 * Lets a sign-in with this connection go on, or the linking of an account of it.
 *
 * @param linkTo - The user to whom an account is linked. Undefined for a sign-in.
 * @throws {VaultError} `connection_not_found`, also for one at which nobody signs in.
 */
export async function assertSignIn(
  { connections }: { readonly connections: Pick<Vault['connections'], 'get'> },
  connectionId: string,
  linkTo: string | undefined,
): Promise<void> {
  const connection = await connections.get(connectionId)
  if (linkTo !== undefined || !isConnectedResource(connection)) return
  throw new VaultError(
    'connection_not_found',
    `Nobody signs in with connection "${connectionId}", as it was made of a URL. Link an account of it to a user who is signed in.`,
    { connectionId },
  )
}

/** Those of these connections with which nobody can sign in: accounts there are linked, and no more. */
export async function withoutSignIn(
  { connections }: { readonly connections: Pick<Vault['connections'], 'get'> },
  connectionIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const found = await Promise.all(
    connectionIds.map(async (connectionId) => {
      try {
        return isConnectedResource(await connections.get(connectionId)) ? [connectionId] : []
      } catch (error) {
        // One that was removed may come back.
        if (isVaultError(error, 'connection_not_found')) return []
        throw error
      }
    }),
  )
  return new Set(found.flat())
}
