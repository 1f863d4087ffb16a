import { type Actor, parseActor } from '../events/actor.js'
import { type FlowFacts, withFlowFacts } from './authorization-errors.js'
import type { CompleteAuthorization, CompletedAuthorization } from './authorization-flow.js'
import type { AuthorizationParts } from './authorization-parts.js'
import { readCallbackUrl } from './authorization-request.js'
import { checkAuthorizationResponse } from './authorization-response.js'
import { exchangeCode } from './exchange-code.js'
import { checkedIdToken, keepConsent } from './keep-consent.js'
import type { PendingFlow, PendingFlows } from './pending-flow.js'
import { takeFlow } from './take-flow.js'

/** Takes the callback: see `Authorization.complete`. Nothing is stored unless every check holds. */
export async function completeAuthorization(
  parts: AuthorizationParts,
  flows: PendingFlows,
  request: CompleteAuthorization,
): Promise<CompletedAuthorization> {
  const callback = readCallbackUrl(request)
  const actor = parseActor(request)
  const flow = await takeFlow(flows, callback, request, parts.log)
  const facts: FlowFacts = {
    connectionId: flow.connectionId,
    ...(flow.userId === undefined ? {} : { userId: flow.userId }),
    ...(flow.returnTo === undefined ? {} : { returnTo: flow.returnTo }),
    ...(flow.context === undefined ? {} : { context: flow.context }),
  }
  try {
    return await redeem(parts, flow, callback, facts, request.resolveUser, actor)
  } catch (error) {
    throw withFlowFacts(error, facts)
  }
}

async function redeem(
  parts: AuthorizationParts,
  flow: PendingFlow,
  callback: URL,
  facts: FlowFacts,
  resolveUser: CompleteAuthorization['resolveUser'],
  actor: Actor | undefined,
): Promise<CompletedAuthorization> {
  const { connections, discovery, dpopKeys, runtime } = parts
  const connection = await connections.get(flow.connectionId)
  const authorizationServer = await discovery.authorizationServerOf(connection)
  const parameters = await checkAuthorizationResponse({ connection, authorizationServer, callback, flow, facts, runtime })
  const dpopKey = flow.dpopKey && (await dpopKeys.open(flow.dpopKey, flow.connectionId))
  const exchange = { connection, authorizationServer, parameters, flow, dpopKey, facts, runtime }
  const { tokens, requestStartedAtMs } = await exchangeCode(exchange)
  const idToken =
    flow.nonce === undefined
      ? undefined
      : await checkedIdToken({ connection, authorizationServer, idToken: tokens.idToken, nonce: flow.nonce, runtime }, facts)
  const consent = { connection, authorizationServer, flow, tokens, requestStartedAtMs, idToken, dpopKey, facts, resolveUser, actor }
  return keepConsent(parts, consent)
}
