import { pinterest } from '../../src/providers/pinterest.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: pinterest({ clientId: 'app', clientSecret: 'app-secret', scopes: ['boards:read', 'pins:read'] }),
  authorization: { client_id: 'app', scope: 'boards:read,pins:read' },
  token: {
    access_token: 'first-access',
    token_type: 'Bearer',
    expires_in: 2_592_000,
    refresh_token: 'first-refresh',
    scope: 'boards:read,pins:read',
  },
  userinfo: { id: 'P-1', username: 'alice' },
  tokenRequest: {
    url: 'https://api.pinterest.com/v5/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', continuous_refresh: 'true' },
    headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'boards:read,pins:read',
    lifetimeS: 2_592_000,
    accountId: 'P-1',
    label: 'alice',
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 2_592_000, refresh_token: 'second-refresh' },
    request: { url: 'https://api.pinterest.com/v5/oauth/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
