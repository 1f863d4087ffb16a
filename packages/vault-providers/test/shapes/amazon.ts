import { amazon } from '../../src/providers/amazon.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: amazon({ clientId: 'app', clientSecret: 'app-secret', scopes: ['profile'] }),
  authorization: { client_id: 'app', scope: 'profile' },
  token: { access_token: 'first-access', token_type: 'Bearer', expires_in: 3600, refresh_token: 'first-refresh', scope: 'profile' },
  userinfo: { user_id: 'amzn1.account.K2', email: 'alice@example.com' },
  tokenRequest: {
    url: 'https://api.amazon.com/auth/o2/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'profile',
    lifetimeS: 3600,
    accountId: 'amzn1.account.K2',
    label: 'alice@example.com',
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 3600 },
    request: { url: 'https://api.amazon.com/auth/o2/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
