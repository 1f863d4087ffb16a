import * as oauth from 'oauth4webapi'
import { isVaultError, VaultError } from '../errors.js'
import { parseActor } from '../events/actor.js'
import type { Connection } from '../model/connection.js'
import { authorizationDenied, deviceFlowInvalid, exchangeFailed, type FlowFacts } from './authorization-errors.js'
import type { Authorization, PollDevice, PolledDevice } from './authorization-flow.js'
import type { AuthorizationParts } from './authorization-parts.js'
import { withDeadline } from './deadline.js'
import type { DpopKey } from './dpop-key.js'
import { checkedIdToken, keepConsent } from './keep-consent.js'
import type { DeviceTurn, PendingDeviceFlows } from './pending-device-flow.js'
import { resourceParameters } from './resource-parameters.js'
import { sendTokenRequest } from './token-endpoint.js'
import type { TokenEndpointOutcome } from './token-response.js'

/** How long one request may take, milliseconds. */
const REQUEST_DEADLINE_MS = 30_000
/** For so long nobody else asks: longer than the request, and storing what it brings. */
const TURN_MS = 60_000
/** RFC 8628, section 3.5. */
const SLOWER_BY_MS = 5_000
const LONGEST_INTERVAL_MS = 300_000

/** Asks once: see `Authorization.pollDevice`. */
export async function pollDevice(parts: AuthorizationParts, flows: PendingDeviceFlows, request: PollDevice): Promise<PolledDevice> {
  const actor = parseActor(request)
  const turn = /^[A-Za-z0-9_-]{43}$/.test(String(request?.handle)) ? await flows.takeTurn(request.handle, TURN_MS) : undefined
  if (typeof turn === 'number') return { status: 'pending', retryAfterMs: turn }
  if (!turn) throw deviceFlowInvalid('expired')
  const { flow } = turn
  if (request.userId !== undefined && request.userId !== flow.userId) {
    await turn.pause(flow.intervalMs)
    throw deviceFlowInvalid('user')
  }
  const { connectionId, userId } = flow
  const facts: FlowFacts = { connectionId, userId }
  const { connections, discovery, dpopKeys, runtime } = parts
  const asked = await pausedIfItFails(turn, async () => {
    const connection = await connections.get(connectionId)
    const authorizationServer = await discovery.authorizationServerOf(connection)
    const dpopKey = flow.dpopKey && (await dpopKeys.open(flow.dpopKey, connectionId))
    const requestStartedAtMs = runtime.clock.now()
    const outcome = await askForTokens(parts, turn, connection, authorizationServer, dpopKey)
    return { connection, authorizationServer, dpopKey, requestStartedAtMs, outcome }
  })
  const { outcome, ...how } = asked
  if (outcome.kind !== 'answered') return undecided(turn, outcome, facts)
  // Before anything is made of it: who shows a device code again may end what it gave.
  await turn.end()
  const { connection, authorizationServer } = how
  const { response: tokens } = outcome
  const idToken =
    tokens.idToken && connection.issuer !== undefined
      ? await checkedIdToken({ connection, authorizationServer, idToken: tokens.idToken, nonce: undefined, runtime }, facts)
      : undefined
  const consent = { ...how, tokens, idToken, facts, actor, resolveUser: undefined, flow: { ...flow, context: undefined } }
  const { returnTo: _returnTo, context: _context, ...connected } = await keepConsent(parts, consent)
  return { status: 'connected', ...connected }
}

function askForTokens(
  { runtime }: AuthorizationParts,
  { flow }: DeviceTurn,
  connection: Connection,
  server: oauth.AuthorizationServer,
  dpopKey: DpopKey | undefined,
): Promise<TokenEndpointOutcome> {
  return withDeadline(runtime.clock, REQUEST_DEADLINE_MS, (signal) =>
    sendTokenRequest({
      ...{ connection, runtime, signal, dpopKey },
      answers: 'code',
      send: (client, authentication, options) =>
        oauth.deviceCodeGrantRequest(server, client, authentication, flow.deviceCode.reveal(), {
          ...options,
          additionalParameters: resourceParameters(connection),
        }),
    }),
  )
}

/** @throws {VaultError} For what ends the flow, and for a provider that fails: then the flow goes on. */
async function undecided(
  turn: DeviceTurn,
  outcome: Exclude<TokenEndpointOutcome, { kind: 'answered' }>,
  facts: FlowFacts,
): Promise<PolledDevice> {
  const error = outcome.kind === 'refused' ? outcome.error : undefined
  if (error === 'authorization_pending' || error === 'slow_down') {
    const retryAfterMs = Math.min(turn.flow.intervalMs + (error === 'slow_down' ? SLOWER_BY_MS : 0), LONGEST_INTERVAL_MS)
    await turn.pause(retryAfterMs)
    return { status: 'pending', retryAfterMs }
  }
  if (error === 'access_denied' || error === 'expired_token' || error === 'invalid_grant') {
    await turn.end()
    throw error === 'access_denied' ? authorizationDenied(facts) : deviceFlowInvalid('expired')
  }
  await turn.pause(turn.flow.intervalMs)
  throw exchangeFailed(facts, outcome)
}

async function pausedIfItFails<T>(turn: DeviceTurn, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    // What failed is told; the turn ends by itself, too.
    await turn.pause(turn.flow.intervalMs).catch(() => undefined)
    throw error
  }
}

/** Asks until it is decided: see `Authorization.waitForDevice`. */
export async function waitForDevice(
  { runtime: { clock } }: AuthorizationParts,
  poll: Authorization['pollDevice'],
  request: Parameters<Authorization['waitForDevice']>[0],
): ReturnType<Authorization['waitForDevice']> {
  const { signal, ...asked } = request ?? {}
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    const problem = 'must be an AbortSignal'
    throw new VaultError('invalid_request', `\`signal\` ${problem}.`, { fields: { signal: problem } })
  }
  let failures = 0
  for (;;) {
    signal?.throwIfAborted()
    const waitMs = await poll(asked).then(
      (polled) => {
        failures = 0
        return polled.status === 'pending' ? polled.retryAfterMs : polled
      },
      (error: unknown) => {
        if (!isVaultError(error, 'provider_unavailable')) throw error
        // RFC 8628, section 3.5: back off while the provider does not answer.
        failures += 1
        return Math.max(error.facts.retryAfterMs ?? 0, Math.min(SLOWER_BY_MS * 2 ** failures, LONGEST_INTERVAL_MS))
      },
    )
    if (typeof waitMs !== 'number') {
      const { status: _status, ...connected } = waitMs
      return connected
    }
    await clock.sleep(waitMs, signal)
  }
}
