import { type CredentialSelector, type Credentials, credentialsUri, type GetCredentialsOptions } from '@holdfast/vault-core'
import type { Caller } from '../caller.js'
import { HttpError } from '../http-error.js'
import type { HandlerSettings } from '../options.js'
import { resourceText } from '../resource-text.js'

/**
 * A credential for whoever may have it. To a service client it is not handed while it is frozen, and what it is handed counts.
 *
 * @throws {VaultError} As `vault.getCredentials`.
 * @throws {HttpError} `hand_out_frozen`.
 */
export function handOut<Context>(
  settings: HandlerSettings<Context>,
  caller: Caller,
  selector: CredentialSelector,
  options: GetCredentialsOptions,
): Promise<Credentials> {
  const { vault, handOuts } = settings
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
  const { vault, handOuts } = settings
  const { id: clientId } = caller
  // Asked before there is any waiting: what is read from now on tells of later than what was seen then.
  const wasFrozen = handOuts?.wasFrozen(clientId)
  if (await isFrozen) {
    handOuts?.frozen(clientId)
    throw await handOutFrozen(settings, caller, selector)
  }
  if (wasFrozen) handOuts?.unfrozen(clientId)
  const credentials = await vault.getCredentials(selector, options)
  const { connectionId, userId } = selector
  if (handOuts && !(await handOuts.mayHandOut({ clientId, connectionId, userId }))) throw await handOutFrozen(settings, caller, selector)
  return credentials
}

async function handOutFrozen<Context>(
  { recorder }: HandlerSettings<Context>,
  actor: Caller,
  { connectionId, userId }: CredentialSelector,
): Promise<HttpError> {
  const resource = resourceText(credentialsUri(connectionId, userId))
  await recorder.recordAnyway(recorder.make({ type: 'access_denied', actor, permission: 'READ', resource, reason: 'hand_out_frozen' }))
  return new HttpError(
    'hand_out_frozen',
    'The service client is handed no credentials for now, as it was handed unusually many. Ask the operator of the vault to lift this.',
  )
}
