import { isOwnCredentials, isVaultError, type ResourceUri, VaultError } from '@holdfast/vault-core'
import type { Caller } from './caller.js'
import type { HandlerSettings } from './options.js'

/**
 * Lets a caller go on who has a grant for this, or a user who reads his own credentials.
 *
 * @param resource - Undefined for ids that no resource can have: no grant covers them.
 * @throws {VaultError} `permission_denied`, the same whether or not the thing exists; `store_unavailable`.
 */
export async function authorizeCaller<Context>(
  settings: HandlerSettings<Context>,
  caller: Caller,
  permission: string,
  resource: ResourceUri | undefined,
): Promise<void> {
  try {
    if (resource !== undefined && (isOwn(caller, permission, resource) || (await isGranted(settings, caller, permission, resource)))) return
  } catch (error) {
    // An id that no resource or subject can have is covered by no grant either.
    if (!isVaultError(error, 'invalid_request')) throw error
  }
  throw permissionDenied()
}

/** The one answer to whoever lacks a right. */
function permissionDenied(): VaultError {
  return new VaultError('permission_denied', 'The caller has no grant that covers this. Add an access record for it.')
}

function isOwn({ kind, id }: Caller, permission: string, resource: ResourceUri): boolean {
  return kind === 'user' && isOwnCredentials(id, { permission, resource })
}

function isGranted<Context>(
  { vault }: HandlerSettings<Context>,
  { id: subject }: Caller,
  permission: string,
  resource: ResourceUri,
): Promise<boolean> {
  return vault.permissions.isAllowed({ subject, permission, resource })
}
