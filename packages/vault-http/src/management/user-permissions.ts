import { isVaultError, VaultError } from '@holdfast/vault-core'
import { z } from 'zod'
import { type AnyOperation, operation } from '../operation.js'
import { jsonReply } from '../reply.js'
import { type Asking, requireRight } from './caller-rights.js'
import { collectionAnswer, collectionReply, pageFields } from './paging.js'
import { withWireNames } from './wire-names.js'

const permission = z.object({ action: z.string(), allow: z.boolean(), grant: z.boolean(), delegate: z.boolean() })

const grant = z.object({
  recordId: z.string(),
  recordName: z.string(),
  statement: z.number().int().meta({ description: 'Place in the record, from 0.' }),
  roleId: z.string(),
  action: z.string(),
  resourceUri: z.string(),
  via: z.union([z.object({ userId: z.string() }), z.object({ groupId: z.string() })]),
})

const explanationAnswer = z.object({
  userId: z.string(),
  resourceUri: z.string(),
  permission: z.string(),
  allowed: z.boolean(),
  grants: z.array(grant).meta({ description: 'What allows it.' }),
  reason: z.enum(['no_record_names_subject', 'no_grant_covers_resource', 'no_role_allows_permission']).optional(),
  nearest: z.array(grant).optional().meta({ description: 'Grants that cover the resource, and allow something else.' }),
})

const resourcesQuery = z.strictObject({
  ...pageFields,
  resourceUri: z.string().exactOptional().meta({ description: 'A collection, `documents` or `documents/*`. Default: everything.' }),
  permissions: z.string().exactOptional().meta({ description: 'The action that the user must be allowed. Default: any.' }),
  collectionConfiguration: z.enum(['TOP_LEVEL_ONLY', 'INCLUDE_NESTED']).default('TOP_LEVEL_ONLY').meta({
    description: 'Whether resources deeper down are listed too.',
  }),
})

/** What a path or a query calls what the core calls otherwise. */
const NAMES = { subject: 'userId', resource: 'resourceUri', collection: 'resourceUri', permission: 'permissions' }
const ONE_PERMISSION = { ...NAMES, permission: 'permission' }

/** What users may do: asked by services that have the application's resources. */
export const userPermissionOperations: readonly AnyOperation[] = [
  operation({
    operationId: 'authorizeUser',
    method: 'GET',
    path: '/v1/users/{userId}/resources/{resourceUri}/permissions/{permission}',
    tag: 'User permissions',
    summary: 'Tells whether a user may do something: 200 if he may, 404 if not.',
    access: { kind: 'caller' },
    answers: { 200: { description: 'He may.', schema: z.object({}) }, 404: { description: 'He may not.' } },
    handle: async (call) => {
      await requireMayAsk(call)
      const { vault } = call.settings
      if (await withWireNames(ONE_PERMISSION, () => vault.permissions.isAllowed(checkOf(call)))) return jsonReply(200, {})
      throw new VaultError('not_found', 'The user has no grant for this. The explanation below this path says why.', {
        reason: 'user_not_authorized',
      })
    },
  }),
  operation({
    operationId: 'explainUserPermission',
    method: 'GET',
    path: '/v1/users/{userId}/resources/{resourceUri}/permissions/{permission}/explanation',
    tag: 'User permissions',
    summary: 'Tells why a user may do something, or why not.',
    access: { kind: 'caller' },
    answers: { 200: { description: 'The decision, and what it rests on.', schema: explanationAnswer } },
    handle: async (call) => {
      await requireMayAsk(call)
      const { userId = '', resourceUri = '', permission = '' } = call.params
      const decision = await withWireNames(ONE_PERMISSION, () => call.settings.vault.permissions.explain(checkOf(call)))
      return jsonReply(200, { userId, resourceUri, permission, ...decision })
    },
  }),
  operation({
    operationId: 'getUserPermissionsForResource',
    method: 'GET',
    path: '/v1/users/{userId}/resources/{resourceUri}/permissions',
    tag: 'User permissions',
    summary: 'Lists what a user may do with a resource. 404 if nothing.',
    access: { kind: 'caller' },
    answers: {
      200: { description: 'What he may do.', schema: z.object({ userId: z.string(), permissions: z.array(permission) }) },
      404: { description: 'He may do nothing with it.' },
    },
    handle: async (call) => {
      await requireMayAsk(call)
      const { subject, resource } = checkOf(call)
      const permissions = await withWireNames(NAMES, () => call.settings.vault.permissions.permissionsFor({ subject, resource }))
      if (permissions.length > 0) return jsonReply(200, { userId: subject, permissions })
      throw new VaultError('not_found', 'The user has no grant for anything on this resource.', { reason: 'user_not_authorized' })
    },
  }),
  operation({
    operationId: 'getUserRolesForResource',
    method: 'GET',
    path: '/v1/users/{userId}/resources/{resourceUri}/roles',
    tag: 'User permissions',
    summary: 'Lists the roles that a user has on exactly this resource, not on one above it.',
    access: { kind: 'caller' },
    answers: {
      200: { description: 'The roles.', schema: z.object({ userId: z.string(), roles: z.array(z.object({ roleId: z.string() })) }) },
    },
    handle: async (call) => {
      await requireMayAsk(call)
      const { subject, resource } = checkOf(call)
      const roleIds = await withWireNames(NAMES, () => call.settings.vault.permissions.rolesFor({ subject, resource }))
      return jsonReply(200, { userId: subject, roles: roleIds.map((roleId) => ({ roleId })) })
    },
  }),
  operation({
    operationId: 'getUserResources',
    method: 'GET',
    path: '/v1/users/{userId}/resources',
    tag: 'User permissions',
    summary: 'Lists the resources of a collection that a user may do something with.',
    access: { kind: 'caller' },
    query: resourcesQuery,
    answers: {
      200: {
        description: 'A page of resources.',
        schema: collectionAnswer('resources', z.object({ resourceUri: z.string() }), {
          userId: z.string(),
          accessToAllSubResources: z.boolean(),
        }),
      },
    },
    handle: async (call) => {
      await requireMayAsk(call)
      const { resourceUri, permissions, collectionConfiguration, ...page } = call.query
      const { userId = '' } = call.params
      const answer = await withWireNames(NAMES, () =>
        call.settings.vault.permissions.resourcesFor({
          ...page,
          subject: userId,
          nested: collectionConfiguration === 'INCLUDE_NESTED',
          // The published SDK sends the word for no collection.
          ...(resourceUri !== undefined && resourceUri !== 'undefined' && { collection: resourceUri }),
          ...(permissions !== undefined && { permission: permissions }),
        }),
      )
      const { items, accessToAllSubResources, ...more } = answer
      const resources = { ...more, items: items.map((item) => ({ resourceUri: item })) }
      return collectionReply(call, 'resources', resources, { userId, accessToAllSubResources })
    },
  }),
]

/**
 * Everybody may ask about himself. About others: whoever may READ `Vault:UserPermissions/{userId}`, and service clients with the option
 * `grantUserPermissionsAccess`.
 *
 * @throws {VaultError} `permission_denied`, whoever the user is.
 */
async function requireMayAsk<Context>(asking: Asking<Context>): Promise<void> {
  if (asking.caller.id === asking.params['userId']) return
  await requireRight(asking, 'READ', 'Vault:UserPermissions/{userId}', () => mayAskOfAnybody(asking))
}

async function mayAskOfAnybody<Context>({ settings: { vault }, caller }: Asking<Context>): Promise<boolean> {
  if (caller.kind !== 'service_client') return false
  try {
    return (await vault.serviceClients.get(caller.id)).options.grantUserPermissionsAccess
  } catch (error) {
    // Deleted since it was authenticated. Its 404 would say that the user may not.
    if (isVaultError(error, 'not_found')) return false
    throw error
  }
}

/** The segment of the resource is a resource URI, whose own escapes are still in it. */
function checkOf<Context>({ params: { userId = '', resourceUri = '', permission = '' } }: Pick<Asking<Context>, 'params'>): {
  readonly subject: string
  readonly resource: string
  readonly permission: string
} {
  return { subject: userId, resource: resourceUri, permission }
}
