import { VaultError } from '../errors.js'
import { type Actor, parseActor } from '../events/actor.js'
import { DEFAULT_ACCOUNT_ID } from '../model/account-id.js'
import { storeKeyProblem } from '../storage/rules/store-key.js'
import { type FlowFacts, keysUnavailable, responseInvalid, withFlowFacts } from './authorization-errors.js'
import type { CompleteAuthorization, CompletedAuthorization, ProviderIdentity } from './authorization-flow.js'
import type { AuthorizationParts } from './authorization-parts.js'
import { readCallbackUrl } from './authorization-request.js'
import { checkAuthorizationResponse } from './authorization-response.js'
import { exchangeCode } from './exchange-code.js'
import { checkIdToken, type IdTokenCheck, type ValidIdToken } from './id-token.js'
import type { PendingFlow, PendingFlows } from './pending-flow.js'
import { readAccount } from './read-account.js'
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
  const { connections, discovery, dpopKeys, runtime, saveGrant, log } = parts
  const connection = await connections.get(flow.connectionId)
  const authorizationServer = await discovery.authorizationServerOf(connection)
  const parameters = checkAuthorizationResponse({ connection, authorizationServer, callback, flow, facts, runtime })
  const dpopKey = flow.dpopKey && (await dpopKeys.open(flow.dpopKey, flow.connectionId))
  const exchange = { connection, authorizationServer, parameters, flow, dpopKey, facts, runtime }
  const { tokens, requestStartedAtMs } = await exchangeCode(exchange)
  const idToken =
    flow.nonce === undefined
      ? undefined
      : await checkedIdToken({ connection, authorizationServer, idToken: tokens.idToken, nonce: flow.nonce, runtime }, facts)
  const { requestedScope, accountId, addAccount, replaceAccount } = flow
  const { identity, subject, label, isUnread } = await readAccount({
    connection,
    authorizationServer,
    idToken,
    tokens,
    dpopKey,
    requestedScope,
    // Without a subject nothing tells that it is another account than the one that was asked for.
    isRequired: flow.context !== undefined || (accountId !== undefined && accountId !== DEFAULT_ACCOUNT_ID),
    runtime,
    facts,
    log,
  })
  const saved = await saveGrant({
    connectionId: flow.connectionId,
    userId: await userOf(flow, identity, resolveUser),
    tokens,
    requestedScope,
    requestStartedAtMs,
    addAccount,
    replaceAccount,
    ...(accountId !== undefined && { accountId }),
    ...(subject !== undefined && { subject }),
    ...(label !== undefined && { label }),
    ...(isUnread && { isSubjectUnread: true }),
    ...(actor && { actor }),
    ...(flow.dpopKey && { dpopKey: flow.dpopKey }),
  })
  return { ...saved, returnTo: flow.returnTo, context: flow.context }
}

async function checkedIdToken(check: IdTokenCheck, facts: FlowFacts): Promise<ValidIdToken> {
  const checked = await checkIdToken(check)
  if (checked.kind === 'valid') return checked
  if (checked.kind === 'keys_unavailable') throw keysUnavailable(facts)
  throw responseInvalid(facts, `the ID token ${checked.problem}`, 'id_token_invalid')
}

async function userOf(
  { connectionId, userId, context }: PendingFlow,
  identity: ProviderIdentity | undefined,
  resolveUser: CompleteAuthorization['resolveUser'],
): Promise<string> {
  if (context === undefined || identity === undefined) {
    if (userId !== undefined) return userId
    throw new TypeError('A flow without a user has a context.')
  }
  if (!resolveUser) {
    const problem = 'is missing: the flow was begun with a `context`, as a sign-in is'
    throw new VaultError('invalid_request', `The call of \`authorization.complete\` is wrong: \`resolveUser\` ${problem}.`, {
      fields: { resolveUser: problem },
    })
  }
  const resolved = await resolveUser(identity, { connectionId, userId, context })
  const problem = storeKeyProblem(resolved)
  if (problem === undefined) return resolved
  throw new VaultError('invalid_request', `What \`resolveUser\` returned is no user id: it ${problem}.`, {
    fields: { resolveUser: problem },
  })
}
