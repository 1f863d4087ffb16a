import { microsoft } from '../../src/providers/microsoft.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: microsoft({ clientId: 'app', clientSecret: 'app-secret', scopes: ['openid', 'User.Read'], directory: 'consumers' }),
  authorization: { client_id: 'app', scope: 'openid User.Read offline_access' },
  token: {
    access_token: 'first-access',
    token_type: 'Bearer',
    expires_in: 3599,
    refresh_token: 'first-refresh',
    scope: 'openid User.Read offline_access',
  },
  userinfo: { id: '87d3', displayName: 'Alice', mail: 'alice@example.com' },
  tokenRequest: {
    url: 'https://login.microsoftonline.com/consumers/oauth2/v2.0/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'openid User.Read offline_access',
    lifetimeS: 3599,
    accountId: '87d3',
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 3599 },
    request: {
      url: 'https://login.microsoftonline.com/consumers/oauth2/v2.0/token',
      fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' },
    },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
