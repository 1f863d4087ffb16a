import type { NewServiceClient, ServiceClient } from '@holdfast/vault-core'
import { z } from 'zod'
import { type AnyOperation, operation } from '../operation.js'
import { emptyReply, jsonReply } from '../reply.js'
import { readOnly, tags, unsupported } from './body-fields.js'
import { collectionAnswer, collectionReply, pageQuery } from './paging.js'
import { assertAgreesWithPath } from './path-agreement.js'

const grantUserPermissionsAccess = z.boolean().exactOptional().meta({
  description: 'Whether the client may ask what other users may do. It gives nothing else.',
})

const clientBody = z.strictObject({
  name: z.string().exactOptional(),
  options: z
    .strictObject({
      grantUserPermissionsAccess,
      grantTokenGeneration: unsupported(),
      grantMetadataAccess: unsupported(),
    })
    .exactOptional(),
  tags,
  rateLimits: unsupported(),
  clientId: z.string().exactOptional().meta({ description: 'Made by the vault. In a PUT it must be the one in the path.' }),
  createdTime: readOnly,
  frozenSince: readOnly,
  verificationKeys: readOnly,
  links: readOnly,
})

const clientAnswer = z.object({
  clientId: z.string(),
  name: z.string().optional(),
  createdTime: z.string(),
  frozenSince: z.string().optional().meta({ description: 'Since then it is handed no credentials. Absent: it is.' }),
  options: z.object({ grantUserPermissionsAccess: z.boolean() }),
  tags: z.record(z.string(), z.string()).optional(),
  verificationKeys: z.array(
    z.object({
      keyId: z.string(),
      clientId: z.string(),
      generationDate: z.string(),
      expiresAt: z.string().optional().meta({ description: 'From then on its tokens are refused. Absent: it does not expire.' }),
      lastUsed: z.string().optional().meta({ description: 'To the hour. Absent: it was never used.' }),
      publicKey: z.record(z.string(), z.string()).meta({ description: 'JWK of the public half. The vault keeps no other.' }),
    }),
  ),
})

/** Service clients: programs that act for users who are not there. */
export const serviceClientOperations: readonly AnyOperation[] = [
  operation({
    operationId: 'getClients',
    method: 'GET',
    path: '/v1/clients',
    tag: 'Service clients',
    summary: 'Lists service clients.',
    access: { kind: 'permission', action: 'READ', resource: 'Vault:ServiceClients' },
    query: pageQuery,
    answers: { 200: { description: 'A page of service clients.', schema: collectionAnswer('clients', clientAnswer) } },
    handle: async (call) => {
      const { items, ...page } = await call.settings.vault.serviceClients.list(call.query)
      return collectionReply(call, 'clients', { ...page, items: items.map(toWireClient) })
    },
  }),
  operation({
    operationId: 'createClient',
    method: 'POST',
    path: '/v1/clients',
    tag: 'Service clients',
    summary: 'Makes a service client. It may do nothing before an access record names it, and has no key before one is requested.',
    access: { kind: 'permission', action: 'CREATE', resource: 'Vault:ServiceClients' },
    changes: 'Vault:ServiceClients/{clientId}',
    body: clientBody,
    answers: { 201: { description: 'The service client.', schema: clientAnswer } },
    handle: async ({ settings: { vault }, caller, body }) =>
      jsonReply(201, toWireClient(await vault.serviceClients.create(toNewClient(body), { by: caller.id }))),
  }),
  operation({
    operationId: 'getClient',
    method: 'GET',
    path: '/v1/clients/{clientId}',
    tag: 'Service clients',
    summary: 'Shows a service client, with the public half of its keys.',
    access: { kind: 'permission', action: 'READ', resource: 'Vault:ServiceClients/{clientId}' },
    answers: {
      200: { description: 'The service client.', schema: clientAnswer },
      404: { description: 'There is no such service client.' },
    },
    handle: async ({ settings: { vault }, params: { clientId = '' } }) =>
      jsonReply(200, toWireClient(await vault.serviceClients.get(clientId))),
  }),
  operation({
    operationId: 'updateClient',
    method: 'PUT',
    path: '/v1/clients/{clientId}',
    tag: 'Service clients',
    summary: 'Replaces name, options and tags. Keys stay.',
    access: { kind: 'permission', action: 'UPDATE', resource: 'Vault:ServiceClients/{clientId}' },
    body: clientBody,
    answers: {
      200: { description: 'The service client as it is now.', schema: clientAnswer },
      404: { description: 'There is no such service client.' },
    },
    handle: async ({ settings: { vault }, caller, params: { clientId = '' }, body }) => {
      assertAgreesWithPath('clientId', body.clientId, clientId)
      return jsonReply(200, toWireClient(await vault.serviceClients.update(clientId, toNewClient(body), { by: caller.id })))
    },
  }),
  operation({
    operationId: 'deleteClient',
    method: 'DELETE',
    path: '/v1/clients/{clientId}',
    tag: 'Service clients',
    summary: 'Ends a service client with all its keys, at once.',
    access: { kind: 'permission', action: 'UPDATE', resource: 'Vault:ServiceClients/{clientId}' },
    answers: { 204: { description: 'It is gone.' }, 404: { description: 'There is no such service client.' } },
    handle: async ({ settings: { vault }, params: { clientId = '' } }) => {
      await vault.serviceClients.delete(clientId)
      return emptyReply(204)
    },
  }),
]

function toNewClient({ name, options, tags }: z.output<typeof clientBody>): NewServiceClient {
  const { grantUserPermissionsAccess } = options ?? {}
  return {
    ...(name !== undefined && { name }),
    ...(grantUserPermissionsAccess !== undefined && { options: { grantUserPermissionsAccess } }),
    ...(tags && { tags }),
  }
}

function toWireClient({ clientId, name, createdTime, frozenSince, options, tags, verificationKeys }: ServiceClient): object {
  return {
    clientId,
    name,
    createdTime,
    frozenSince,
    options: { grantUserPermissionsAccess: options.grantUserPermissionsAccess },
    tags,
    verificationKeys: verificationKeys.map(({ keyId, generationDate, expiresAt, lastUsed, publicKey }) => ({
      keyId,
      clientId,
      generationDate,
      expiresAt,
      lastUsed,
      publicKey,
    })),
  }
}
