import { parseAction } from './action.js'
import type { PermissionCheck } from './permissions.js'
import { credentialsUri, parseResourceUri } from './resource-uri.js'

/**
 * The one right that needs no access record: a signed-in user reads his own credentials. True only for the action
 * `READ` on exactly `Vault:Connections/{any one}/Users/{this user}/Credentials`; for all else ask {@link Permissions}.
 *
 * Ask this only about a user who signed in. A service client is no user: it needs a grant, also for its own id.
 *
 * @param signedInUserId - From the caller's verified session or token, never from a path, query or body.
 * @throws {VaultError} `invalid_request` when the permission or the resource is ill-formed.
 * @example
 * ```ts
 * const own = signedInUserId !== undefined && isOwnCredentials(signedInUserId, { permission: 'READ', resource })
 * if (!own) await vault.permissions.authorize({ subject, permission: 'READ', resource })
 * ```
 */
export function isOwnCredentials(signedInUserId: string, check: Pick<PermissionCheck, 'permission' | 'resource'>): boolean {
  const action = parseAction(check.permission, 'permission')
  const { segments } = parseResourceUri(check.resource, 'resource')
  const connectionId = segments[1]
  // A `*` that is asked for means all connections, or all users: nobody's own.
  if (!signedInUserId || !connectionId || connectionId === '*' || signedInUserId === '*') return false
  const own = credentialsUri(connectionId, signedInUserId).segments
  const isRead = action.parts.length === 1 && action.parts[0] === 'read'
  return isRead && segments.length === own.length && own.every((segment, index) => segment === segments[index])
}
