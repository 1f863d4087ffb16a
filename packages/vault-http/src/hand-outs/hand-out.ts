import { type CredentialSelector, type Credentials, credentialsUri, type GetCredentialsOptions } from '@holdfast/vault-core'
import type { Caller } from '../caller.js'
import { HttpError } from '../http-error.js'
import type { HandlerSettings } from '../options.js'
import { resourceText } from '../resource-text.js'

/**
 * A credential for whoever may have it. To a service client it is not handed while it is frozen, and what it is handed counts. One that is bound to a
 * key is handed to nobody: the key stays in the vault.
 *
 * @throws {VaultError} As `vault.getCredentials`.
 * @throws {HttpError} `hand_out_frozen`.
 */
export function handOut<Context>(
  settings: HandlerSettings<Context>,
  caller: Caller,
  selector: CredentialSelector,
  given: GetCredentialsOptions,
): Promise<Credentials> {
  const { vault, handOuts } = settings
  const options = { ...given, bearerOnly: true }
  if (caller.kind === 'user') return vault.getCredentials(selector, options)
  const isFrozen = vault.serviceClients.isFrozen(caller.id)
  // What nearly every request is, and nothing need be waited for.
  if (isFrozen === false && !handOuts) return vault.getCredentials(selector, options)
  return watched(settings, caller, isFrozen, selector, options)
}

async function watched<Context>(
  settings: HandlerSettings<Context>,
  caller: Caller,
  isFrozen: boolean | Promise<boolean>,
  selector: CredentialSelector,
  options: GetCredentialsOptions,
): Promise<Credentials> {
  await assertNotFrozen(settings, caller, isFrozen, selector, 'READ')
  const credentials = await settings.vault.getCredentials(selector, options)
  await count(settings, caller, selector, 'READ')
  return credentials
}

/**
 * Lets a request go on that uses a credential without handing it out: that counts as much.
 *
 * @param permission - What the caller uses it by.
 * @throws {HttpError} `hand_out_frozen`.
 */
export async function countUse<Context>(
  settings: HandlerSettings<Context>,
  caller: Caller,
  selector: CredentialSelector,
  permission: string,
): Promise<void> {
  if (caller.kind === 'user') return
  await assertNotFrozen(settings, caller, settings.vault.serviceClients.isFrozen(caller.id), selector, permission)
  await count(settings, caller, selector, permission)
}

async function assertNotFrozen<Context>(
  settings: HandlerSettings<Context>,
  caller: Caller,
  isFrozen: boolean | Promise<boolean>,
  selector: CredentialSelector,
  permission: string,
): Promise<void> {
  const { handOuts } = settings
  // Asked before there is any waiting: what is read from now on tells of later than what was seen then.
  const wasFrozen = handOuts?.wasFrozen(caller.id)
  if (await isFrozen) {
    handOuts?.frozen(caller.id)
    throw await handOutFrozen(settings, caller, selector, permission)
  }
  if (wasFrozen) handOuts?.unfrozen(caller.id)
}

async function count<Context>(
  settings: HandlerSettings<Context>,
  caller: Caller,
  selector: CredentialSelector,
  permission: string,
): Promise<void> {
  const { connectionId, userId } = selector
  const isTooMuch = settings.handOuts && !(await settings.handOuts.mayHandOut({ clientId: caller.id, connectionId, userId }))
  if (isTooMuch) throw await handOutFrozen(settings, caller, selector, permission)
}

async function handOutFrozen<Context>(
  { recorder }: HandlerSettings<Context>,
  actor: Caller,
  { connectionId, userId }: CredentialSelector,
  permission: string,
): Promise<HttpError> {
  const resource = resourceText(credentialsUri(connectionId, userId))
  await recorder.recordAnyway(recorder.make({ type: 'access_denied', actor, permission, resource, reason: 'hand_out_frozen' }))
  return new HttpError(
    'hand_out_frozen',
    'The service client is handed no credentials for now, as it was handed unusually many. Ask the operator of the vault to lift this.',
  )
}
