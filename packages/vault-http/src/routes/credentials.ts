import { credentialsUri, isVaultError, VaultError } from '@holdfast/vault-core'
import { authenticateServiceClient } from '../authenticate-service-client.js'
import type { HandlerSettings } from '../options.js'
import { jsonResponse } from '../responses.js'
import type { Route } from '../router.js'

/**
 * `GET /v1/connections/{connectionId}/users/{userId}/credentials`: an access token that works, for a service client whose grants
 * cover it. The permission is decided before anything is looked up, so that a caller without it learns nothing of what exists.
 */
export function credentialsRoute<Context>(settings: HandlerSettings<Context>): Route<Context> {
  const { vault } = settings
  return {
    method: 'GET',
    path: '/v1/connections/{connectionId}/users/{userId}/credentials',
    handle: async ({ request, params: { connectionId = '', userId = '' } }) => {
      const clientId = await authenticateServiceClient(settings, request)
      await authorizeRead(settings, clientId, connectionId, userId)
      const { accessToken, tokenType, scope, expiresAt } = await vault.getCredentials(
        { connectionId, userId },
        { signal: request.signal, reader: clientId },
      )
      return jsonResponse(200, { accessToken, tokenType, scope, expiresAt: expiresAt?.toISOString() })
    },
  }
}

async function authorizeRead<Context>(
  { vault }: HandlerSettings<Context>,
  clientId: string,
  connectionId: string,
  userId: string,
): Promise<void> {
  try {
    await vault.permissions.authorize({ subject: clientId, permission: 'READ', resource: credentialsUri(connectionId, userId) })
  } catch (error) {
    // An id that no resource can have is covered by no grant either.
    if (!isVaultError(error, 'invalid_request', 'permission_denied')) throw error
    throw new VaultError(
      'permission_denied',
      'This service client has no grant that covers these credentials. Add an access record for it.',
    )
  }
}
