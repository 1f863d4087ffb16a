import { deel } from '../../src/providers/deel.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: deel({ clientId: 'app', clientSecret: 'app-secret', scopes: ['contracts:read'] }),
  authorization: { client_id: 'app', scope: 'contracts:read' },
  token: {
    access_token: 'first-access',
    token_type: 'Bearer',
    expires_in: 2_592_000,
    refresh_token: 'first-refresh',
    scope: 'contracts:read',
  },
  tokenRequest: {
    url: 'https://app.deel.com/oauth2/tokens',
    fields: { grant_type: 'authorization_code', code: 'code-1' },
    headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'contracts:read', lifetimeS: 2_592_000 },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 2_592_000, refresh_token: 'second-refresh' },
    request: { url: 'https://app.deel.com/oauth2/tokens', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
