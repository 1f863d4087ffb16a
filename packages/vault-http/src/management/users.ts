import { z } from 'zod'
import { type AnyOperation, operation } from '../operation.js'
import { emptyReply, jsonReply } from '../reply.js'
import { readOnly, tags } from './body-fields.js'
import { requireRight } from './caller-rights.js'
import { collectionAnswer, collectionReply, pageQuery } from './paging.js'
import { assertAgreesWithPath } from './path-agreement.js'

const userFields = {
  name: z.string().exactOptional(),
  email: z.string().exactOptional(),
  picture: z.string().exactOptional(),
  tags,
}

const userBody = z.strictObject({
  userId: z.string().exactOptional().meta({ description: 'If given, the one in the path.' }),
  ...userFields,
  createdTime: readOnly,
  lastUpdated: readOnly,
  links: readOnly,
})

const userAnswer = z.object({ userId: z.string(), ...userFields, createdTime: z.string(), lastUpdated: z.string() })

/** Users, as far as the vault is told who they are. */
export const userOperations: readonly AnyOperation[] = [
  operation({
    operationId: 'getUsers',
    method: 'GET',
    path: '/v1/users',
    tag: 'Users',
    summary: 'Lists the users that the vault was told of.',
    access: { kind: 'permission', action: 'READ', resource: 'Vault:Users' },
    query: pageQuery,
    answers: { 200: { description: 'A page of users.', schema: collectionAnswer('users', userAnswer) } },
    handle: async (call) => collectionReply(call, 'users', await call.settings.vault.users.list(call.query)),
  }),
  operation({
    operationId: 'getUser',
    method: 'GET',
    path: '/v1/users/{userId}',
    tag: 'Users',
    summary: 'Shows a user, to himself and to whoever may READ him.',
    access: { kind: 'caller' },
    answers: { 200: { description: 'The user.', schema: userAnswer }, 404: { description: 'The vault was not told of this user.' } },
    handle: async (call) => {
      const { userId = '' } = call.params
      const isSelf = call.caller.kind === 'user' && call.caller.id === userId
      if (!isSelf) await requireRight(call, 'READ', 'Vault:Users/{userId}')
      return jsonReply(200, await call.settings.vault.users.get(userId))
    },
  }),
  operation({
    operationId: 'putUser',
    method: 'PUT',
    path: '/v1/users/{userId}',
    tag: 'Users',
    summary: 'Tells the vault of a user, or replaces what it was told.',
    access: { kind: 'permission', action: 'UPDATE', resource: 'Vault:Users/{userId}' },
    body: userBody,
    answers: { 200: { description: 'The user as he is now.', schema: userAnswer } },
    handle: async ({ settings: { vault }, params: { userId = '' }, body }) => {
      assertAgreesWithPath('userId', body.userId, userId)
      const { createdTime: _createdTime, lastUpdated: _lastUpdated, links: _links, ...user } = body
      return jsonReply(200, await vault.users.put({ ...user, userId }))
    },
  }),
  operation({
    operationId: 'deleteUser',
    method: 'DELETE',
    path: '/v1/users/{userId}',
    tag: 'Users',
    summary:
      'Forgets a user: ends and revokes all his credentials, destroys the keys that they were sealed under, signs him out everywhere, and removes what was told of him.',
    access: { kind: 'permission', action: 'UPDATE', resource: 'Vault:Users/{userId}' },
    answers: { 202: { description: 'He is forgotten. His tokens are being revoked at their providers.' } },
    handle: async ({ settings: { vault }, caller, params: { userId = '' } }) => {
      await vault.forgetUser(userId, { actor: caller })
      return emptyReply(202)
    },
  }),
]
