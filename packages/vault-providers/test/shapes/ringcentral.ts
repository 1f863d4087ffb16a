import { ringcentral } from '../../src/providers/ringcentral.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: ringcentral({ clientId: 'app', clientSecret: 'app-secret' }),
  authorization: { client_id: 'app' },
  token: {
    access_token: 'first-access',
    token_type: 'bearer',
    expires_in: 3600,
    refresh_token: 'first-refresh',
    refresh_token_expires_in: 604_800,
    scope: 'ReadAccounts',
    owner_id: '256440016',
    endpoint_id: 'e-1',
  },
  tokenRequest: {
    url: 'https://platform.ringcentral.com/restapi/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1' },
    headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    lifetimeS: 3600,
    accountId: '256440016',
    scope: 'ReadAccounts',
    properties: { endpoint_id: 'e-1' },
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 3600, refresh_token: 'second-refresh' },
    request: {
      url: 'https://platform.ringcentral.com/restapi/oauth/token',
      fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' },
    },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
  revocation: [{ method: 'POST', url: 'https://platform.ringcentral.com/restapi/oauth/revoke', fields: { token: 'first-refresh' } }],
}
