import { isOwnCredentials, isVaultError, type ResourceUri, VaultError } from '@holdfast/vault-core'
import type { Caller } from './caller.js'
import type { HandlerSettings } from './options.js'
import { resourceText } from './resource-text.js'

/**
 * Lets a caller go on who has a grant for this, or a user who reads his own credentials.
 *
 * @param resource - Undefined for ids that no resource can have: no grant covers them.
 * @returns The caller, with the access record that allows it where somebody keeps events or hears of them.
 * @throws {VaultError} `permission_denied`, the same whether or not the thing exists; `store_unavailable`.
 */
export async function authorizeCaller<Context>(
  settings: HandlerSettings<Context>,
  caller: Caller,
  permission: string,
  resource: ResourceUri | undefined,
): Promise<Caller> {
  const allowed = await allowedCaller(settings, caller, permission, resource)
  if (allowed) return allowed
  throw await denied(settings, caller, permission, resource)
}

/** The same for whoever may be let pass for another reason. Undefined when no grant covers it: then {@link denied} if nothing else does. */
export async function allowedCaller<Context>(
  { vault, recorder }: HandlerSettings<Context>,
  caller: Caller,
  permission: string,
  resource: ResourceUri | undefined,
): Promise<Caller | undefined> {
  if (resource === undefined) return undefined
  const { id: subject } = caller
  try {
    if (isOwn(caller, permission, resource)) return caller
    if (!recorder.isUsed) return (await vault.permissions.isAllowed({ subject, permission, resource })) ? caller : undefined
    const accessRecordId = await vault.permissions.recordThatAllows({ subject, permission, resource })
    return accessRecordId === undefined ? undefined : { ...caller, accessRecordId }
  } catch (error) {
    // An id that no resource or subject can have is covered by no grant either.
    if (isVaultError(error, 'invalid_request')) return undefined
    throw error
  }
}

/** The one answer to whoever lacks a right. That he was refused is on record before he is told, if it can be. */
export async function denied<Context>(
  { recorder }: HandlerSettings<Context>,
  actor: Caller,
  permission: string,
  resource: ResourceUri | undefined,
  reason?: string,
): Promise<VaultError> {
  if (recorder.isUsed) {
    const event = { type: 'access_denied', actor, permission, resource: resourceText(resource), reason } as const
    await recorder.recordAnyway(recorder.make(event))
  }
  const error = new VaultError('permission_denied', 'The caller has no grant that covers this. Add an access record for it.')
  onRecord.add(error)
  return error
}

const onRecord = new WeakSet<VaultError>()

/** Whether it is what {@link denied} made, so that it need not be recorded again. */
export function isOnRecord(error: VaultError): boolean {
  return onRecord.has(error)
}

function isOwn({ kind, id }: Caller, permission: string, resource: ResourceUri): boolean {
  return kind === 'user' && isOwnCredentials(id, { permission, resource })
}
