import { z } from 'zod'
import { type AnyOperation, operation } from '../operation.js'
import { emptyReply, jsonReply } from '../reply.js'
import { readOnly } from './body-fields.js'
import { collectionAnswer, collectionReply, pageQuery } from './paging.js'

const tenantFields = {
  tenantLookupIdentifier: z.string().exactOptional().meta({ description: 'What its people can be known by, a mail domain for one.' }),
  data: z.strictObject({ name: z.string().exactOptional() }).exactOptional(),
  connection: z.strictObject({ connectionId: z.string().exactOptional() }).exactOptional(),
}
const readOnlyFields = { createdTime: readOnly, lastUpdated: readOnly, links: readOnly }

const newTenant = z.strictObject({ tenantId: z.string(), ...tenantFields, ...readOnlyFields })
const changedTenant = z.strictObject({ tenantId: z.string().exactOptional(), ...tenantFields, ...readOnlyFields })
const tenantAnswer = z.object({ tenantId: z.string(), ...tenantFields, createdTime: z.string(), lastUpdated: z.string() })

/** Tenants: customer organisations of the application. */
export const tenantOperations: readonly AnyOperation[] = [
  operation({
    operationId: 'getTenants',
    method: 'GET',
    path: '/v1/tenants',
    tag: 'Tenants',
    summary: 'Lists tenants.',
    access: { kind: 'permission', action: 'READ', resource: 'Vault:Tenants' },
    query: pageQuery,
    answers: { 200: { description: 'A page of tenants.', schema: collectionAnswer('tenants', tenantAnswer) } },
    handle: async (call) => collectionReply(call, 'tenants', await call.settings.vault.tenants.list(call.query)),
  }),
  operation({
    operationId: 'createTenant',
    method: 'POST',
    path: '/v1/tenants',
    tag: 'Tenants',
    summary: 'Makes a tenant.',
    access: { kind: 'permission', action: 'CREATE', resource: 'Vault:Tenants' },
    changes: 'Vault:Tenants/{tenantId}',
    body: newTenant,
    answers: { 201: { description: 'The tenant.', schema: tenantAnswer }, 409: { description: 'There is a tenant of this id.' } },
    handle: async ({ settings: { vault }, body }) => jsonReply(201, await vault.tenants.create(withoutReadOnly(body))),
  }),
  operation({
    operationId: 'getTenant',
    method: 'GET',
    path: '/v1/tenants/{tenantId}',
    tag: 'Tenants',
    summary: 'Shows a tenant.',
    access: { kind: 'permission', action: 'READ', resource: 'Vault:Tenants/{tenantId}' },
    answers: { 200: { description: 'The tenant.', schema: tenantAnswer }, 404: { description: 'There is no such tenant.' } },
    handle: async ({ settings: { vault }, params: { tenantId = '' } }) => jsonReply(200, await vault.tenants.get(tenantId)),
  }),
  operation({
    operationId: 'updateTenant',
    method: 'PUT',
    path: '/v1/tenants/{tenantId}',
    tag: 'Tenants',
    summary: 'Replaces a tenant.',
    access: { kind: 'permission', action: 'UPDATE', resource: 'Vault:Tenants/{tenantId}' },
    body: changedTenant,
    answers: {
      200: { description: 'The tenant as it is now.', schema: tenantAnswer },
      404: { description: 'There is no such tenant.' },
    },
    handle: async ({ settings: { vault }, params: { tenantId = '' }, body }) =>
      jsonReply(200, await vault.tenants.update(tenantId, { tenantId, ...withoutReadOnly(body) })),
  }),
  operation({
    operationId: 'deleteTenant',
    method: 'DELETE',
    path: '/v1/tenants/{tenantId}',
    tag: 'Tenants',
    summary: 'Removes a tenant.',
    access: { kind: 'permission', action: 'UPDATE', resource: 'Vault:Tenants/{tenantId}' },
    answers: { 204: { description: 'It is gone.' }, 404: { description: 'There is no such tenant.' } },
    handle: async ({ settings: { vault }, params: { tenantId = '' } }) => {
      await vault.tenants.delete(tenantId)
      return emptyReply(204)
    },
  }),
]

function withoutReadOnly<Body extends z.output<typeof changedTenant>>({
  createdTime: _createdTime,
  lastUpdated: _lastUpdated,
  links: _links,
  ...tenant
}: Body): Omit<Body, keyof typeof readOnlyFields> {
  return tenant
}
