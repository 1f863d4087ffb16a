import { airtable } from '../../src/providers/airtable.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: airtable({ clientId: 'app', clientSecret: 'app-secret', scopes: ['data.records:read'] }),
  authorization: { client_id: 'app', scope: 'data.records:read' },
  token: {
    access_token: 'first-access',
    token_type: 'Bearer',
    expires_in: 3600,
    refresh_token: 'first-refresh',
    scope: 'data.records:read',
  },
  userinfo: { id: 'usrL2', email: 'alice@example.com' },
  tokenRequest: {
    url: 'https://airtable.com/oauth2/v1/token',
    fields: { grant_type: 'authorization_code', code: 'code-1' },
    headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'data.records:read',
    lifetimeS: 3600,
    accountId: 'usrL2',
    label: 'alice@example.com',
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 3600, refresh_token: 'second-refresh' },
    request: { url: 'https://airtable.com/oauth2/v1/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
