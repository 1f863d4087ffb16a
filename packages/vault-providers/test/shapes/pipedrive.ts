import { pipedrive } from '../../src/providers/pipedrive.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: pipedrive({ clientId: 'app', clientSecret: 'app-secret', scopes: ['deals:read', 'contacts:read'] }),
  authorization: { client_id: 'app', scope: 'deals:read contacts:read' },
  token: {
    access_token: 'first-access',
    token_type: 'Bearer',
    expires_in: 3599,
    refresh_token: 'first-refresh',
    scope: 'deals:read contacts:read',
    api_domain: 'https://blue-sky.pipedrive.com',
  },
  tokenRequest: {
    url: 'https://oauth.pipedrive.com/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1' },
    headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'deals:read contacts:read',
    lifetimeS: 3599,
    properties: { api_domain: 'https://blue-sky.pipedrive.com' },
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 3599 },
    request: { url: 'https://oauth.pipedrive.com/oauth/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
  revocation: [
    {
      method: 'POST',
      url: 'https://oauth.pipedrive.com/oauth/revoke',
      fields: { token: 'first-refresh' },
      headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' },
    },
  ],
}
