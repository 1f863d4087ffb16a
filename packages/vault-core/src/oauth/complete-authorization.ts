import { DEFAULT_ACCOUNT_ID } from '../model/account-id.js'
import { type FlowFacts, keysUnavailable, responseInvalid, withFlowFacts } from './authorization-errors.js'
import type { CompleteAuthorization, CompletedAuthorization } from './authorization-flow.js'
import type { AuthorizationParts } from './authorization-parts.js'
import { readCallbackUrl } from './authorization-request.js'
import { checkAuthorizationResponse } from './authorization-response.js'
import { exchangeCode } from './exchange-code.js'
import { checkIdToken, type IdTokenCheck } from './id-token.js'
import type { PendingFlow, PendingFlows } from './pending-flow.js'
import { takeFlow } from './take-flow.js'

/** Takes the callback: see `Authorization.complete`. Nothing is stored unless every check holds. */
export async function completeAuthorization(
  parts: AuthorizationParts,
  flows: PendingFlows,
  request: CompleteAuthorization,
): Promise<CompletedAuthorization> {
  const callback = readCallbackUrl(request)
  const flow = await takeFlow(flows, callback, request, parts.log)
  const facts: FlowFacts = {
    connectionId: flow.connectionId,
    userId: flow.userId,
    ...(flow.returnTo === undefined ? {} : { returnTo: flow.returnTo }),
  }
  try {
    return await redeem(parts, flow, callback, facts)
  } catch (error) {
    throw withFlowFacts(error, facts)
  }
}

async function redeem(parts: AuthorizationParts, flow: PendingFlow, callback: URL, facts: FlowFacts): Promise<CompletedAuthorization> {
  const { connections, discovery, runtime, saveGrant } = parts
  const connection = await connections.get(flow.connectionId)
  const authorizationServer = await discovery.authorizationServerOf(connection)
  const parameters = checkAuthorizationResponse({ connection, authorizationServer, callback, flow, facts, runtime })
  const { tokens, requestStartedAtMs } = await exchangeCode({ connection, authorizationServer, parameters, flow, facts, runtime })
  const subject =
    flow.nonce === undefined
      ? undefined
      : await checkedSubject({ connection, authorizationServer, idToken: tokens.idToken, nonce: flow.nonce, runtime }, facts)
  const saved = await saveGrant({
    connectionId: flow.connectionId,
    userId: flow.userId,
    accountId: DEFAULT_ACCOUNT_ID,
    tokens,
    requestedScope: flow.requestedScope,
    requestStartedAtMs,
    ...(subject === undefined ? {} : { subject }),
  })
  return { ...saved, returnTo: flow.returnTo }
}

async function checkedSubject(check: IdTokenCheck, facts: FlowFacts): Promise<string> {
  const checked = await checkIdToken(check)
  if (checked.kind === 'valid') return checked.subject
  if (checked.kind === 'keys_unavailable') throw keysUnavailable(facts)
  throw responseInvalid(facts, `the ID token ${checked.problem}`, 'id_token_invalid')
}
