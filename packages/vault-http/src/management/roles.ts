import { z } from 'zod'
import { type AnyOperation, operation } from '../operation.js'
import { emptyReply, jsonReply } from '../reply.js'
import { readOnly } from './body-fields.js'
import { collectionAnswer, collectionReply } from './paging.js'

const roleFields = {
  name: z.string(),
  description: z.string().exactOptional(),
  permissions: z.array(
    z.strictObject({
      action: z.string(),
      allow: z.boolean().default(false).meta({ description: 'May do it.' }),
      grant: z.boolean().default(false).meta({ description: 'May give it to others, also without being able to do it.' }),
      delegate: z.boolean().default(false).meta({ description: 'May pass on the right to give it.' }),
    }),
  ),
  links: readOnly,
}

const newRole = z.strictObject({ roleId: z.string(), ...roleFields })
const changedRole = z.strictObject({ roleId: z.string().exactOptional(), ...roleFields })
const roleAnswer = newRole.omit({ links: true })

/** Roles: bags of permissions that access records give on resources. */
export const roleOperations: readonly AnyOperation[] = [
  operation({
    operationId: 'getRoles',
    method: 'GET',
    path: '/v1/roles',
    tag: 'Roles',
    summary: 'Lists all roles, those of the vault itself first.',
    access: { kind: 'permission', action: 'READ', resource: 'Vault:Roles' },
    answers: { 200: { description: 'The roles.', schema: collectionAnswer('roles', roleAnswer) } },
    handle: async (call) => collectionReply(call, 'roles', { items: await call.settings.vault.roles.list() }),
  }),
  operation({
    operationId: 'createRole',
    method: 'POST',
    path: '/v1/roles',
    tag: 'Roles',
    summary: 'Makes a role.',
    access: { kind: 'permission', action: 'CREATE', resource: 'Vault:Roles' },
    changes: 'Vault:Roles/{roleId}',
    body: newRole,
    answers: { 201: { description: 'The role.', schema: roleAnswer }, 409: { description: 'There is a role of this id.' } },
    handle: async ({ settings: { vault }, caller, body: { links: _links, ...role } }) =>
      jsonReply(201, await vault.roles.create(role, { by: caller.id })),
  }),
  operation({
    operationId: 'getRole',
    method: 'GET',
    path: '/v1/roles/{roleId}',
    tag: 'Roles',
    summary: 'Shows a role.',
    access: { kind: 'permission', action: 'READ', resource: 'Vault:Roles/{roleId}' },
    answers: { 200: { description: 'The role.', schema: roleAnswer }, 404: { description: 'There is no such role.' } },
    handle: async ({ settings: { vault }, params: { roleId = '' } }) => jsonReply(200, await vault.roles.get(roleId)),
  }),
  operation({
    operationId: 'updateRole',
    method: 'PUT',
    path: '/v1/roles/{roleId}',
    tag: 'Roles',
    summary: 'Replaces a role. What it gives changes in every access record that names it.',
    access: { kind: 'permission', action: 'UPDATE', resource: 'Vault:Roles/{roleId}' },
    body: changedRole,
    answers: {
      200: { description: 'The role as it is now.', schema: roleAnswer },
      404: { description: 'There is no such role.' },
      409: { description: 'The role is one of the vault’s own.' },
    },
    handle: async ({ settings: { vault }, caller, params: { roleId = '' }, body: { links: _links, ...role } }) =>
      jsonReply(200, await vault.roles.update(roleId, { roleId, ...role }, { by: caller.id })),
  }),
  operation({
    operationId: 'deleteRole',
    method: 'DELETE',
    path: '/v1/roles/{roleId}',
    tag: 'Roles',
    summary: 'Removes a role that no access record names.',
    access: { kind: 'permission', action: 'UPDATE', resource: 'Vault:Roles/{roleId}' },
    answers: {
      204: { description: 'It is gone.' },
      404: { description: 'There is no such role.' },
      409: { description: 'The role is one of the vault’s own, or an access record names it.' },
    },
    handle: async ({ settings: { vault }, params: { roleId = '' } }) => {
      await vault.roles.delete(roleId)
      return emptyReply(204)
    },
  }),
]
