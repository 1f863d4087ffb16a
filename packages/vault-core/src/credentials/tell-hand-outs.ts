import { isVaultError } from '../errors.js'
import { readActor } from '../events/actor.js'
import type { EventRecorder } from '../events/event-recorder.js'
import { DEFAULT_ACCOUNT_ID } from '../model/account-id.js'
import { CONNECTION_OWNER } from './connection-owner.js'
import type { GetCredentialsOptions } from './credentials.js'
import type { NotedGetCredentials } from './measure-hand-outs.js'

/**
 * The same, and an event for each token that is handed out and for each that is refused: who asked, for whose, and which or why. Where
 * hand-outs are kept none is made whose event cannot be.
 */
export function tellHandOuts(get: NotedGetCredentials, recorder: EventRecorder): NotedGetCredentials {
  if (!recorder.isUsed) return get
  return async (selector, options, note) => {
    try {
      const credentials = await get(selector, options, note)
      await recorder.record(recorder.make({ type: 'accessed', ...about(credentials, options), fingerprint: credentials.fingerprint }))
      return credentials
    } catch (error) {
      // A call that is wrong in itself asked for nobody's; one that its caller ended was not refused.
      if (isVaultError(error) && error.code !== 'invalid_request') {
        const { code, facts } = error
        const whose = { ...selector, ...(facts.authorization?.accountId !== undefined && { accountId: facts.authorization.accountId }) }
        await recorder.recordAnyway(recorder.make({ type: 'access_refused', ...about(whose, options), code, reason: facts.reason }))
      }
      throw error
    }
  }
}

/** Of a user, or of a connection itself. */
interface Asked {
  readonly connectionId: string
  readonly userId?: string | undefined
  readonly accountId?: string | undefined
}

function about({ connectionId, userId = CONNECTION_OWNER, accountId = DEFAULT_ACCOUNT_ID }: Asked, options?: GetCredentialsOptions) {
  return { connectionId, userId, accountId, actor: readActor(options?.actor, {}) }
}
