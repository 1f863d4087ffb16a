import { z } from 'zod'
import { credentialsBody } from '../credentials-body.js'
import { handOut } from '../hand-outs/hand-out.js'
import { type AnyOperation, operation } from '../operation.js'
import { jsonReply } from '../reply.js'
import { accountQuery } from './account-query.js'

/** An access token that works, for whoever has a grant that covers it, and for the user himself. The published SDK calls it. */
export const credentialsOperation: AnyOperation = operation({
  operationId: 'getConnectionCredentials',
  method: 'GET',
  path: '/v1/connections/{connectionId}/users/{userId}/credentials',
  tag: 'Credentials',
  summary:
    'Returns an access token that works, refreshed first if it must be, of the default account or the one that is named. A user may read his own with his own token.',
  access: { kind: 'permission', action: 'READ', resource: 'Vault:Connections/{connectionId}/Users/{userId}/Credentials' },
  query: accountQuery,
  answers: {
    200: {
      description: 'The access token.',
      schema: z.object({
        accessToken: z.string().meta({ description: 'Secret. For the provider’s API.' }),
        accountId: z.string().meta({ description: 'The account at the provider, where it said which; else `default`.' }),
        tokenType: z.string(),
        scope: z.string().optional().meta({ description: 'As the provider wrote it.' }),
        expiresAt: z.iso.datetime().optional().meta({ description: 'Absent when the provider states no lifetime.' }),
        properties: z
          .record(z.string(), z.string())
          .optional()
          .meta({ description: 'What the provider said beside the tokens, by the names in the connection’s `credentialProperties`.' }),
      }),
    },
    400: {
      description:
        '`invalid_request`, with reason `token_bound_to_key` where the connection’s tokens are bound to a key of the vault, and are no use without it.',
    },
    403: {
      description:
        '`permission_denied`: the caller has no grant that covers this, whether or not it exists. `hand_out_frozen`: the service client was handed unusually many credentials.',
    },
    404: {
      description:
        '`connection_not_found`; `credential_not_found`: the user has not connected; `reauthorization_required`: he has to consent again.',
    },
    424: { description: 'The provider refuses this application, or the credential cannot be opened: look into the log.' },
    503: { description: 'The provider or the store fails for now. See `Retry-After`.' },
  },
  handle: async ({ settings, caller, request, query, params: { connectionId = '', userId = '' } }) => {
    const credentials = await handOut(settings, caller, { connectionId, userId, ...query }, { signal: request.signal, actor: caller })
    return jsonReply(200, credentialsBody(credentials))
  },
})
