import type { CredentialInfo } from '@holdfast/vault-core'
import { z } from 'zod'
import { type AnyOperation, type OperationCall, operation } from '../operation.js'
import { emptyReply } from '../reply.js'
import { accountAloneQuery } from '../routes/account-query.js'
import { requireRight } from './caller-rights.js'
import { collectionAnswer, collectionReply, pageFields } from './paging.js'

const status = z.enum(['active', 'expiring', 'reauthorization_required', 'quarantined'])
const time = z.iso.datetime().optional()

const credentialAnswer = z.object({
  connectionId: z.string(),
  userId: z.string(),
  accountId: z.string().meta({ description: 'The account at the provider, where it said which; else `default`.' }),
  label: z
    .string()
    .optional()
    .meta({ description: 'By which the user knows the account: an e-mail address or a name. Only in a listing of one user.' }),
  isDefault: z.boolean().meta({ description: 'Whether this account is meant where none is named.' }),
  status: status.meta({
    description: '`expiring`: it works until `expiresAt`, and cannot be renewed. `quarantined`: the provider is asked again by itself.',
  }),
  statusSince: z.iso.datetime(),
  reason: z.string().optional().meta({ description: 'Why, as a stable word.' }),
  message: z.string().meta({ description: 'What it means, for the person whose credential it is. English, may change.' }),
  scope: z.string().optional().meta({ description: 'As the provider granted it.' }),
  hasRefreshToken: z.boolean(),
  expiresAt: time,
  refreshTokenExpiresAt: time,
  connectedAt: z.iso.datetime(),
  lastRefreshedAt: time,
  lastUsedAt: time.meta({ description: 'To the hour.' }),
})

const listQuery = z.strictObject({
  userId: z.string().min(1).max(255).exactOptional(),
  connectionId: z.string().min(1).max(64).exactOptional(),
  status: status.exactOptional(),
  ...pageFields,
})

const CREDENTIALS = 'Vault:Connections/{connectionId}/Users/{userId}/Credentials'

/** What is connected, and ending it. Tokens are handed out elsewhere. */
export const credentialOperations: readonly AnyOperation[] = [
  operation({
    operationId: 'getCredentials',
    method: 'GET',
    path: '/v1/credentials',
    tag: 'Credentials',
    summary:
      'Lists what is connected, and how it stands: for whoever may READ `Vault:Credentials`, and for a user his own. No token stands in it.',
    access: { kind: 'caller' },
    query: listQuery,
    answers: { 200: { description: 'A page of credentials.', schema: collectionAnswer('credentials', credentialAnswer) } },
    handle: async (call) => {
      if (!isOwn(call, call.query.userId)) await requireRight(call, 'READ', 'Vault:Credentials')
      const { items, cursor } = await call.settings.vault.listCredentials(call.query)
      return collectionReply(call, 'credentials', { items: items.map(toWireCredential), ...(cursor !== undefined && { cursor }) })
    },
  }),
  operation({
    operationId: 'disconnectCredentials',
    method: 'DELETE',
    path: '/v1/connections/{connectionId}/users/{userId}/credentials',
    tag: 'Credentials',
    summary:
      'Disconnects: all accounts that the user has on the connection, or the one that is named. It is final at once; the tokens are being revoked at the provider. A user may disconnect his own.',
    access: { kind: 'caller' },
    changes: CREDENTIALS,
    query: accountAloneQuery,
    answers: { 204: { description: 'Nothing is connected any more.' } },
    handle: async (call) => {
      const { connectionId = '', userId = '' } = call.params
      if (!isOwn(call, userId)) await requireRight(call, 'UPDATE', CREDENTIALS)
      await call.settings.vault.disconnect({ connectionId, userId, ...call.query }, { actor: call.caller })
      return emptyReply(204)
    },
  }),
]

function isOwn<Context>({ caller }: OperationCall<Context, unknown, unknown>, userId: string | undefined): boolean {
  return caller.kind === 'user' && caller.id === userId
}

function toWireCredential({ statusSince, connectedAt, ...info }: CredentialInfo): z.input<typeof credentialAnswer> {
  const { expiresAt, refreshTokenExpiresAt, lastRefreshedAt, lastUsedAt, ...rest } = info
  return {
    ...rest,
    statusSince: statusSince.toISOString(),
    connectedAt: connectedAt.toISOString(),
    expiresAt: expiresAt?.toISOString(),
    refreshTokenExpiresAt: refreshTokenExpiresAt?.toISOString(),
    lastRefreshedAt: lastRefreshedAt?.toISOString(),
    lastUsedAt: lastUsedAt?.toISOString(),
  }
}
