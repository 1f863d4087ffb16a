import { isVaultError, subjectOf } from '@holdfast/vault-core'
import { authorizeCaller } from '../authorize-caller.js'
import type { OperationCall } from '../operation.js'
import { compileResourceTemplate } from '../resource-template.js'

/** What a right is judged by: who asks, for what. */
export type Asking<Context> = Pick<OperationCall<Context, unknown, unknown>, 'settings' | 'caller' | 'params'>

/** Those of a record or a group who may change it. */
interface HasAdmins {
  readonly admins?: readonly { readonly userId: string }[]
}

/**
 * Lets pass whoever has a grant for this. For operations that also let others pass; what needs a grant and nothing else says so in its `access`.
 *
 * @param resource - Template, as in `access`: `Vault:Users/{userId}`.
 * @throws {VaultError} `permission_denied`.
 */
export async function requireRight<Context>(asking: Asking<Context>, permission: string, resource: string): Promise<void> {
  await authorizeCaller(asking.settings, asking.caller, permission, compileResourceTemplate(resource)(asking.params))
}

/**
 * Lets pass whoever has a grant, and whoever is an admin of what is asked for. All others get one answer, whether it exists or not.
 *
 * @param read - Reads what is asked for; `not_found` and `invalid_request` count as nobody's.
 * @throws {VaultError} `permission_denied`.
 */
export async function requireRightOrAdmin<Context>(
  asking: Asking<Context>,
  permission: string,
  resource: string,
  read: () => Promise<HasAdmins>,
): Promise<void> {
  try {
    await requireRight(asking, permission, resource)
  } catch (error) {
    if (!isVaultError(error, 'permission_denied')) throw error
    const admins = await adminsOf(read)
    if (!admins.some((admin) => subjectOf(admin) === asking.caller.id)) throw error
  }
}

async function adminsOf(read: () => Promise<HasAdmins>): Promise<readonly { readonly userId: string }[]> {
  try {
    return (await read()).admins ?? []
  } catch (error) {
    if (isVaultError(error, 'not_found', 'invalid_request')) return []
    throw error
  }
}
