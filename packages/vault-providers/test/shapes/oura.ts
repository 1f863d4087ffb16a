import { oura } from '../../src/providers/oura.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: oura({ clientId: 'app', clientSecret: 'app-secret', scopes: ['personal', 'daily'] }),
  authorization: { client_id: 'app', scope: 'personal daily' },
  token: {
    access_token: 'first-access',
    token_type: 'Bearer',
    expires_in: 86_400,
    refresh_token: 'first-refresh',
    scope: 'personal daily',
  },
  userinfo: { id: '8f9a', email: 'alice@example.com' },
  tokenRequest: {
    url: 'https://api.ouraring.com/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'personal daily',
    lifetimeS: 86_400,
    accountId: '8f9a',
    label: 'alice@example.com',
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 86_400, refresh_token: 'second-refresh' },
    request: { url: 'https://api.ouraring.com/oauth/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
