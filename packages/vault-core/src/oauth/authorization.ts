import type { Authorization } from './authorization-flow.js'
import type { AuthorizationParts } from './authorization-parts.js'
import { completeAuthorization } from './complete-authorization.js'
import { createPendingFlows } from './pending-flow.js'
import { startAuthorization } from './start-authorization.js'

/** Makes `vault.authorization`: the authorization code flow with PKCE, bound to the browser that began it. */
export function createAuthorization(parts: AuthorizationParts): Authorization {
  const flows = createPendingFlows(parts)
  const { measure } = parts.runtime
  return {
    start: (request) =>
      measure({ name: 'authorization_start', connectionId: request?.connectionId }, () => startAuthorization(parts, flows, request)),
    complete: (request) =>
      measure({ name: 'authorization_complete' }, async (note) => {
        const completed = await completeAuthorization(parts, flows, request)
        note({ connectionId: completed.connectionId })
        return completed
      }),
  }
}
