import { constantTimeEqual } from '../crypto/constant-time.js'
import { sha256Base64url } from '../crypto/sha256-base64url.js'
import type { Log } from '../log.js'
import { flowInvalid } from './authorization-errors.js'
import type { CompleteAuthorization } from './authorization-flow.js'
import type { PendingFlow, PendingFlows } from './pending-flow.js'
import { authorizationResponseState } from './response-parameters.js'

/**
 * Spends the state, and returns its flow if this browser and this user began it.
 *
 * The state is spent in one atomic step before anything else is looked at, so that of many identical callbacks one goes
 * on. It is spent also when the browser turns out to be the wrong one: a state that another browser shows has leaked,
 * and whoever holds it gets no second try. The user who began then begins again.
 *
 * @throws {VaultError} `authorization_flow_invalid`.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.7 RFC 9700, section 4.7}
 */
export async function takeFlow(
  flows: PendingFlows,
  callback: URL,
  { flowBinding, userId }: CompleteAuthorization,
  log: Log,
): Promise<PendingFlow> {
  const state = authorizationResponseState(callback)
  // `start` makes 43 characters of base64url: anything else need not reach the store.
  if (!/^[A-Za-z0-9_-]{43}$/.test(state)) throw flowInvalid('state')
  const flow = await flows.take(state)
  if (!flow) throw flowInvalid('state')
  if (!isBrowserOf(flow, flowBinding)) {
    log.warn(
      { connectionId: flow.connectionId, userId: flow.userId },
      'An authorization callback came from a browser that did not begin the flow. The flow is ended.',
    )
    throw flowInvalid('browser')
  }
  if (userId !== undefined && flow.userId !== undefined && userId !== flow.userId) {
    log.warn(
      { connectionId: flow.connectionId, userId: flow.userId },
      'An authorization callback came while another user was signed in. The flow is ended.',
    )
    throw flowInvalid('user')
  }
  return flow
}

function isBrowserOf(flow: PendingFlow, flowBinding: unknown): boolean {
  if (flow.bindingHash === undefined) return true
  if (typeof flowBinding !== 'string') return false
  const encoder = new TextEncoder()
  return constantTimeEqual(encoder.encode(sha256Base64url(flowBinding)), encoder.encode(flow.bindingHash))
}
