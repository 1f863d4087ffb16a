import { type AnyOperation, operation } from '../operation.js'
import { emptyReply, jsonReply } from '../reply.js'
import { collectionAnswer, collectionReply, pageQuery } from './paging.js'
import { assertAgreesWithPath } from './path-agreement.js'
import { assertPublicEndpoints } from './public-endpoint.js'
import { requireRightToTargets } from './token-targets.js'
import {
  CONNECTION_NAMES,
  connectionAnswer,
  connectionBody,
  toConnectionChanges,
  toConnectionInput,
  toWireConnection,
} from './wire-connection.js'
import { withWireNames } from './wire-names.js'

const CANNOT_BE_SEALED = { description: 'The key that secrets are sealed under cannot be opened: look into the log.' }

/** Connections: a provider each, with this application's client id and secret. */
export const connectionOperations: readonly AnyOperation[] = [
  operation({
    operationId: 'getConnections',
    method: 'GET',
    path: '/v1/connections',
    tag: 'Connections',
    summary: 'Lists connections, those in the code of the application first. No secret stands in them.',
    access: { kind: 'permission', action: 'READ', resource: 'Vault:Connections' },
    query: pageQuery,
    answers: { 200: { description: 'A page of connections.', schema: collectionAnswer('connections', connectionAnswer) } },
    handle: async (call) => {
      const { items, cursor } = await call.settings.vault.connections.describeAll(call.query)
      return collectionReply(call, 'connections', { items: items.map(toWireConnection), ...(cursor !== undefined && { cursor }) })
    },
  }),
  operation({
    operationId: 'createConnection',
    method: 'POST',
    path: '/v1/connections',
    tag: 'Connections',
    summary:
      'Stores a new connection. Its client secret is sealed, and never shown again. Where there are credentials of one of this id that was deleted, it takes every right to them; with sign-in through the vault, also where users have disconnected.',
    access: { kind: 'permission', action: 'CREATE', resource: 'Vault:Connections' },
    changes: 'Vault:Connections/{connectionId}',
    body: connectionBody,
    answers: {
      201: { description: 'The connection.', schema: connectionAnswer },
      409: { description: 'There is a connection of this id.' },
      424: CANNOT_BE_SEALED,
    },
    handle: async (call) => {
      const { vault, origin } = call.settings
      const { body } = call
      const { connectionId } = body
      const input = { ...toConnectionInput(body), ...(connectionId !== undefined && { connectionId }) }
      assertPublicEndpoints(input, origin)
      if (connectionId !== undefined) await withWireNames(CONNECTION_NAMES, () => requireRightToTargets(call, connectionId, input))
      return jsonReply(201, toWireConnection(await withWireNames(CONNECTION_NAMES, () => vault.connections.create(input))))
    },
  }),
  operation({
    operationId: 'getConnection',
    method: 'GET',
    path: '/v1/connections/{connectionId}',
    tag: 'Connections',
    summary: 'Shows a connection, without its secret.',
    access: { kind: 'permission', action: 'READ', resource: 'Vault:Connections/{connectionId}' },
    answers: { 200: { description: 'The connection.', schema: connectionAnswer }, 404: { description: 'There is no such connection.' } },
    handle: async ({ settings: { vault }, params: { connectionId = '' } }) =>
      jsonReply(200, toWireConnection(await vault.connections.describe(connectionId))),
  }),
  operation({
    operationId: 'updateConnection',
    method: 'PUT',
    path: '/v1/connections/{connectionId}',
    tag: 'Connections',
    summary:
      'Replaces a stored connection. Settings that have no name here stay, and so does a secret that is left out. To send tokens of users who are connected to new places takes every right to their credentials; with sign-in through the vault, also where they have disconnected.',
    access: { kind: 'permission', action: 'UPDATE', resource: 'Vault:Connections/{connectionId}' },
    body: connectionBody,
    answers: {
      200: { description: 'The connection as it is now.', schema: connectionAnswer },
      404: { description: 'There is no such connection.' },
      409: { description: 'The connection stands in the code of the application, or others kept changing it meanwhile.' },
      424: CANNOT_BE_SEALED,
    },
    handle: async (call) => {
      const { vault, origin } = call.settings
      const { connectionId = '' } = call.params
      const { body } = call
      assertAgreesWithPath('connectionId', body.connectionId, connectionId)
      const changes = toConnectionChanges(body)
      assertPublicEndpoints(changes, origin)
      const before = await vault.connections.describe(connectionId)
      if (before.source === 'store') await requireRightToTargets(call, connectionId, changes, before)
      return jsonReply(200, toWireConnection(await withWireNames(CONNECTION_NAMES, () => vault.connections.update(connectionId, changes))))
    },
  }),
  operation({
    operationId: 'deleteConnection',
    method: 'DELETE',
    path: '/v1/connections/{connectionId}',
    tag: 'Connections',
    summary: 'Removes a stored connection. Its credentials stay, and cannot be refreshed or revoked without it: disconnect them before.',
    access: { kind: 'permission', action: 'UPDATE', resource: 'Vault:Connections/{connectionId}' },
    answers: {
      204: { description: 'It is gone.' },
      404: { description: 'There is no such connection.' },
      409: { description: 'The connection stands in the code of the application.' },
    },
    handle: async ({ settings: { vault }, params: { connectionId = '' } }) => {
      await vault.connections.delete(connectionId)
      return emptyReply(204)
    },
  }),
]
