import type { Group, NewGroup } from '@holdfast/vault-core'
import { z } from 'zod'
import { type AnyOperation, type OperationCall, operation } from '../operation.js'
import { emptyReply, jsonReply } from '../reply.js'
import { readOnly, tags } from './body-fields.js'
import { type Asking, requireRightOrAdmin } from './caller-rights.js'
import { collectionAnswer, collectionReply, pageQuery, selfLink } from './paging.js'
import { readUnmodifiedSince } from './unmodified-since.js'

const members = z.array(z.strictObject({ userId: z.string() }))

const groupFields = {
  name: z.string(),
  description: z.string().exactOptional(),
  users: members.meta({ description: 'Users, and service clients, who have what access records give to the group.' }),
  admins: members.exactOptional().meta({ description: 'Who may change the group.' }),
  tags,
}

const groupBody = z.strictObject({
  groupId: z
    .string()
    .exactOptional()
    .meta({ description: 'Default: made by the vault, `grp_…`. In a PUT it must be the one in the path.' }),
  ...groupFields,
  createdTime: readOnly,
  lastUpdated: readOnly,
  account: readOnly,
  links: readOnly,
})

const groupAnswer = z.object({
  groupId: z.string(),
  ...groupFields,
  createdTime: z.string(),
  lastUpdated: z.string(),
  links: z.object({ self: z.object({ href: z.url() }) }),
})

/** Groups of users that access records name together. */
export const groupOperations: readonly AnyOperation[] = [
  operation({
    operationId: 'getGroups',
    method: 'GET',
    path: '/v1/groups',
    tag: 'Groups',
    summary: 'Lists groups.',
    access: { kind: 'permission', action: 'READ', resource: 'Vault:Groups' },
    query: pageQuery,
    answers: { 200: { description: 'A page of groups.', schema: collectionAnswer('groups', groupAnswer) } },
    handle: async (call) => {
      const { items, ...page } = await call.settings.vault.groups.list(call.query)
      return collectionReply(call, 'groups', { ...page, items: items.map((group) => toWireGroup(call, group)) })
    },
  }),
  operation({
    operationId: 'createGroup',
    method: 'POST',
    path: '/v1/groups',
    tag: 'Groups',
    summary: 'Makes a group.',
    access: { kind: 'permission', action: 'CREATE', resource: 'Vault:Groups' },
    changes: 'Vault:Groups/{groupId}',
    body: groupBody,
    answers: { 201: { description: 'The group.', schema: groupAnswer }, 409: { description: 'There is a group of this id.' } },
    handle: async (call) => {
      const { settings, caller, body } = call
      return jsonReply(201, toWireGroup(call, await settings.vault.groups.create(toNewGroup(body), { by: caller.id })))
    },
  }),
  operation({
    operationId: 'getGroup',
    method: 'GET',
    path: '/v1/groups/{groupId}',
    tag: 'Groups',
    summary: 'Shows a group, to whoever may READ it and to its admins.',
    access: { kind: 'caller' },
    answers: { 200: { description: 'The group.', schema: groupAnswer }, 404: { description: 'There is no such group.' } },
    handle: async (call) => {
      const groupId = await requireGroupRight(call, 'READ')
      return jsonReply(200, toWireGroup(call, await call.settings.vault.groups.get(groupId)))
    },
  }),
  operation({
    operationId: 'updateGroup',
    method: 'PUT',
    path: '/v1/groups/{groupId}',
    tag: 'Groups',
    summary: 'Replaces a group, for whoever may UPDATE it and for its admins, as far as they may give what its members get.',
    access: { kind: 'caller' },
    changes: 'Vault:Groups/{groupId}',
    body: groupBody,
    answers: {
      200: { description: 'The group as it is now.', schema: groupAnswer },
      404: { description: 'There is no such group.' },
      412: { description: 'The group changed after the time in `If-Unmodified-Since`.' },
    },
    handle: async (call) => {
      const { settings, request, caller, body } = call
      const groupId = await requireGroupRight(call, 'UPDATE')
      const options = { by: caller.id, ...readUnmodifiedSince(request) }
      return jsonReply(200, toWireGroup(call, await settings.vault.groups.update(groupId, toNewGroup(body), options)))
    },
  }),
  operation({
    operationId: 'deleteGroup',
    method: 'DELETE',
    path: '/v1/groups/{groupId}',
    tag: 'Groups',
    summary: 'Removes a group, for whoever may UPDATE it and for its admins. Its members lose what it gave them.',
    access: { kind: 'caller' },
    changes: 'Vault:Groups/{groupId}',
    answers: { 204: { description: 'It is gone.' }, 404: { description: 'There is no such group.' } },
    handle: async (call) => {
      await call.settings.vault.groups.delete(await requireGroupRight(call, 'UPDATE'))
      return emptyReply(204)
    },
  }),
]

async function requireGroupRight<Context>(call: Asking<Context>, permission: string): Promise<string> {
  const { groupId = '' } = call.params
  await requireRightOrAdmin(call, permission, 'Vault:Groups/{groupId}', () => call.settings.vault.groups.get(groupId))
  return groupId
}

function toNewGroup(body: z.output<typeof groupBody>): NewGroup {
  const { createdTime: _createdTime, lastUpdated: _lastUpdated, account: _account, links: _links, ...group } = body
  return group
}

function toWireGroup<Context>(call: Pick<OperationCall<Context, unknown, unknown>, 'settings'>, group: Group): object {
  return { ...group, links: selfLink(call, 'groups', group.groupId) }
}
