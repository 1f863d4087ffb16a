import type { Note } from '../instrumentation.js'
import { measureNothing } from '../instrumentation.js'
import type { Runtime } from '../runtime.js'
import { CONNECTION_OWNER } from './connection-owner.js'
import type { ConnectionSelector, CredentialSelector, Credentials, GetCredentialsOptions } from './credentials.js'

/** `vault.getCredentials`, and who is told where the token came from. */
export type NotedGetCredentials = (
  selector: CredentialSelector | ConnectionSelector,
  options?: GetCredentialsOptions,
  note?: Note,
) => Promise<Credentials>

/** The same, and the time that each call takes, where somebody wants to know. */
export function measureHandOuts(
  get: NotedGetCredentials,
  { measure }: Runtime,
): (selector: CredentialSelector | ConnectionSelector, options?: GetCredentialsOptions) => Promise<Credentials> {
  if (measure === measureNothing) return (selector, options) => get(selector, options)
  return (selector, options) => {
    // What is wrong with a selector is told by the call itself.
    const { connectionId, userId = CONNECTION_OWNER, accountId }: CredentialSelector | ConnectionSelector = { ...selector }
    return measure({ name: 'get_credentials', connectionId, userId, accountId }, (note) => get(selector, options, note))
  }
}
