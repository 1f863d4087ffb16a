import { isVaultError, subjectOf } from '@holdfast/vault-core'
import { allowedCaller, denied } from '../authorize-caller.js'
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
 * @param mayPass - Asked about whoever has no grant.
 * @throws {VaultError} `permission_denied`.
 */
export async function requireRight<Context>(
  { settings, caller, params }: Asking<Context>,
  permission: string,
  resource: string,
  mayPass: () => Promise<boolean> = async () => false,
): Promise<void> {
  const asked = compileResourceTemplate(resource)(params)
  if ((await allowedCaller(settings, caller, permission, asked)) || (await mayPass())) return
  throw await denied(settings, caller, permission, asked)
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
  await requireRight(asking, permission, resource, async () =>
    (await adminsOf(read)).some((admin) => subjectOf(admin) === asking.caller.id),
  )
}

async function adminsOf(read: () => Promise<HasAdmins>): Promise<readonly { readonly userId: string }[]> {
  try {
    return (await read()).admins ?? []
  } catch (error) {
    if (isVaultError(error, 'not_found', 'invalid_request')) return []
    throw error
  }
}
