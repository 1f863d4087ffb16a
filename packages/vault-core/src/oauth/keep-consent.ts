import type { AuthorizationServer } from 'oauth4webapi'
import { VaultError } from '../errors.js'
import type { Actor } from '../events/actor.js'
import { DEFAULT_ACCOUNT_ID } from '../model/account-id.js'
import type { Connection } from '../model/connection.js'
import { storeKeyProblem } from '../storage/rules/store-key.js'
import { type FlowFacts, keysUnavailable, responseInvalid } from './authorization-errors.js'
import type { CompleteAuthorization, CompletedAuthorization, ProviderIdentity } from './authorization-flow.js'
import type { AuthorizationParts } from './authorization-parts.js'
import type { DpopKey } from './dpop-key.js'
import { checkIdToken, type IdTokenCheck, type ValidIdToken } from './id-token.js'
import type { PendingFlow } from './pending-flow.js'
import { readAccount } from './read-account.js'
import type { TokenResponse } from './token-response.js'

/** What a user's consent brought, by whatever way it came. */
export interface Consent {
  readonly connection: Connection
  readonly authorizationServer: AuthorizationServer
  readonly flow: Pick<PendingFlow, 'userId' | 'context' | 'requestedScope' | 'accountId' | 'addAccount' | 'replaceAccount'> & {
    readonly returnTo?: string | undefined
    readonly dpopKey?: PendingFlow['dpopKey']
  }
  readonly tokens: TokenResponse
  readonly requestStartedAtMs: number
  /** Checked. */
  readonly idToken: ValidIdToken | undefined
  readonly dpopKey: DpopKey | undefined
  readonly facts: FlowFacts
  readonly resolveUser: CompleteAuthorization['resolveUser']
  readonly actor: Actor | undefined
}

/** Finds out whose account it is, and stores the grant. @throws {VaultError} As `authorization.complete`. */
export async function keepConsent(parts: AuthorizationParts, consent: Consent): Promise<CompletedAuthorization> {
  const { runtime, saveGrant, log } = parts
  const { connection, authorizationServer, flow, tokens, requestStartedAtMs, idToken, dpopKey, facts, resolveUser, actor } = consent
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
    connectionId: connection.connectionId,
    userId: await userOf(connection.connectionId, flow, identity, resolveUser),
    tokens,
    requestedScope,
    requestStartedAtMs,
    addAccount,
    replaceAccount,
    ...(flow.userId === undefined && { isSignIn: true }),
    ...(accountId !== undefined && { accountId }),
    ...(subject !== undefined && { subject }),
    ...(label !== undefined && { label }),
    ...(isUnread && { isSubjectUnread: true }),
    ...(actor && { actor }),
    ...(flow.dpopKey && { dpopKey: flow.dpopKey }),
  })
  return { ...saved, returnTo: flow.returnTo, context: flow.context }
}

/** @throws {VaultError} `authorization_response_invalid` for one that is not right or missing, `provider_unavailable` without the keys. */
export async function checkedIdToken(check: IdTokenCheck, facts: FlowFacts): Promise<ValidIdToken> {
  const checked = await checkIdToken(check)
  if (checked.kind === 'valid') return checked
  if (checked.kind === 'keys_unavailable') throw keysUnavailable(facts)
  throw responseInvalid(facts, `the ID token ${checked.problem}`, 'id_token_invalid')
}

async function userOf(
  connectionId: string,
  { userId, context }: Pick<PendingFlow, 'userId' | 'context'>,
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
