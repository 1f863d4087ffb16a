import { isVaultError } from '../errors.js'
import { type EventListener, NOBODY_LISTENS } from '../events.js'
import { DEFAULT_ACCOUNT_ID } from '../model/account-id.js'
import type { Clock } from '../runtime.js'
import type { CredentialSelector, Credentials, GetCredentialsOptions } from './credentials.js'

type GetCredentials = (selector: CredentialSelector, options?: GetCredentialsOptions) => Promise<Credentials>

/** The same, and an event for each token that is handed out and for each that is refused: who asked, for whose, and which or why. */
export function tellHandOuts(
  get: GetCredentials,
  { tenant, clock, emit }: { readonly tenant: string; readonly clock: Clock; readonly emit: EventListener },
): GetCredentials {
  if (emit === NOBODY_LISTENS) return get
  return async (selector, options) => {
    try {
      const credentials = await get(selector, options)
      emit({ type: 'credentials_read', ...about(selector, options), fingerprint: credentials.fingerprint })
      return credentials
    } catch (error) {
      // A call that is wrong in itself asked for nobody's; one that its caller ended was not refused.
      if (isVaultError(error) && error.code !== 'invalid_request')
        emit({ type: 'credentials_refused', ...about(selector, options), code: error.code, reason: error.facts.reason })
      throw error
    }
  }

  function about({ connectionId, userId, accountId = DEFAULT_ACCOUNT_ID }: CredentialSelector, options?: GetCredentialsOptions) {
    return { atMs: clock.now(), tenant, connectionId, userId, accountId, reader: options?.reader }
  }
}
