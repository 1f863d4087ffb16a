import type { Authorization } from './authorization-flow.js'
import type { AuthorizationParts } from './authorization-parts.js'
import { completeAuthorization } from './complete-authorization.js'
import { createPendingDeviceFlows } from './pending-device-flow.js'
import { createPendingFlows } from './pending-flow.js'
import { pollDevice, waitForDevice } from './poll-device-authorization.js'
import { startAuthorization } from './start-authorization.js'
import { startDeviceAuthorization } from './start-device-authorization.js'

/** Makes `vault.authorization`: the authorization code flow with PKCE, bound to the browser that began it, and the device flow. */
export function createAuthorization(parts: AuthorizationParts): Authorization {
  const flows = createPendingFlows(parts)
  const deviceFlows = createPendingDeviceFlows(parts)
  const { measure } = parts.runtime
  const poll: Authorization['pollDevice'] = (request) =>
    measure({ name: 'authorization_complete' }, async (note) => {
      const polled = await pollDevice(parts, deviceFlows, request)
      if (polled.status === 'connected') note({ connectionId: polled.connectionId })
      return polled
    })
  return {
    start: (request) =>
      measure({ name: 'authorization_start', connectionId: request?.connectionId }, () => startAuthorization(parts, flows, request)),
    complete: (request) =>
      measure({ name: 'authorization_complete' }, async (note) => {
        const completed = await completeAuthorization(parts, flows, request)
        note({ connectionId: completed.connectionId })
        return completed
      }),
    startDevice: (request) =>
      measure({ name: 'authorization_start', connectionId: request?.connectionId }, () =>
        startDeviceAuthorization(parts, deviceFlows, request),
      ),
    pollDevice: poll,
    waitForDevice: (request) => waitForDevice(parts, poll, request),
  }
}
