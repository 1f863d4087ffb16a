import { VaultError } from '@holdfast/vault-core'
import { z } from 'zod'
import { credentialsBody } from '../credentials-body.js'
import { handOut } from '../hand-outs/hand-out.js'
import { type AnyOperation, operation } from '../operation.js'
import { jsonReply } from '../reply.js'
import { credentialsOperation } from '../routes/credentials.js'
import { witnessed } from '../witnessed.js'
import type { LoginSettings } from './login-settings.js'
import { requireSignedIn } from './signed-in.js'

const CREDENTIALS = '/api/session/credentials'
const PROFILE = '/api/session/profile'
const IDENTITY = '/api/session/identities/{identityId}'

/** What a signed-in user asks about himself. */
export function signedInOperations(own: LoginSettings): readonly AnyOperation[] {
  const { identities } = own.login
  return [
    operation({
      operationId: 'getOwnCredentials',
      method: 'GET',
      path: CREDENTIALS,
      tag: 'Sign-in',
      summary: 'Returns an access token of the provider that the user signed in with, or of another that he has connected.',
      access: { kind: 'session' },
      query: z.object({
        connectionId: z.string().max(64).optional().meta({ description: 'Default: the one that he signed in with.' }),
        accountId: z.string().min(1).max(255).exactOptional().meta({
          description: 'One of the accounts that he has there. Default: the default one.',
        }),
      }),
      answers: {
        ...credentialsOperation.answers,
        403: { description: 'The page that asks is not one of the application that the session belongs to.' },
      },
      handle: async (call) => {
        const { userId, connectionId } = await requireSignedIn(call.settings, own, call, `GET ${CREDENTIALS}`)
        const { accountId } = call.query
        const selector = { connectionId: call.query.connectionId ?? connectionId, userId, ...(accountId !== undefined && { accountId }) }
        const caller = witnessed(call.settings, { kind: 'user', id: userId } as const, call, `GET ${CREDENTIALS}`)
        const credentials = await handOut(call.settings, caller, selector, { signal: call.request.signal, actor: caller })
        return jsonReply(200, credentialsBody(credentials))
      },
    }),
    operation({
      operationId: 'getOwnProfile',
      method: 'GET',
      path: PROFILE,
      tag: 'Sign-in',
      summary: 'Returns what is known of the user: the accounts that he signs in with.',
      access: { kind: 'session' },
      answers: {
        200: {
          description: 'The profile.',
          schema: z.object({
            userId: z.string(),
            name: z.string().optional(),
            email: z.string().optional(),
            picture: z.string().optional(),
            linkedIdentities: z.array(
              z.object({
                identityId: z.string(),
                connection: z.object({ connectionId: z.string(), userId: z.string().meta({ description: 'At the provider.' }) }),
                name: z.string().optional(),
                email: z.string().optional(),
                picture: z.string().optional(),
                linkedTime: z.iso.datetime(),
              }),
            ),
          }),
        },
      },
      handle: async (call) => {
        const { userId, connectionId } = await requireSignedIn(call.settings, own, call, `GET ${PROFILE}`)
        const { name, email, picture } = await identities.profileOf(userId, connectionId)
        const linkedIdentities = (await identities.list(userId)).map((identity) => ({
          identityId: identity.identityId,
          connection: { connectionId: identity.connectionId, userId: identity.providerUserId },
          name: identity.name,
          email: identity.email,
          picture: identity.picture,
          linkedTime: new Date(identity.linkedAtMs).toISOString(),
        }))
        return jsonReply(200, { userId, name, email, picture, linkedIdentities })
      },
    }),
    operation({
      operationId: 'unlinkOwnIdentity',
      method: 'DELETE',
      path: IDENTITY,
      tag: 'Sign-in',
      summary:
        'Ends the link to an account that the user signs in with, and its credential. Named by its id, its connection, or the user’s id there.',
      access: { kind: 'session' },
      answers: {
        200: { description: 'It is gone.', schema: z.object({}) },
        404: { description: 'He has no such account.' },
        409: { description: 'It is his last one, or several have this id.' },
      },
      handle: async (call) => {
        const { userId } = await requireSignedIn(call.settings, own, call, `DELETE ${IDENTITY}`)
        await identities.unlink(userId, await identityIdOf(own, userId, call.params['identityId'] ?? ''))
        return jsonReply(200, {})
      },
    }),
  ]
}

/** Users have one account of each connection at most. What is no connection of his, `unlink` judges. */
async function identityIdOf({ login }: LoginSettings, userId: string, named: string): Promise<string> {
  const own = await login.identities.list(userId)
  if (own.length === 0) throw new VaultError('not_found', 'The user has no such account. Ask for his profile to see which he has.')
  return own.find(({ connectionId }) => connectionId === named)?.identityId ?? named
}
