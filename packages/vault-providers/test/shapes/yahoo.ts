import { yahoo } from '../../src/providers/yahoo.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: yahoo({ clientId: 'app', clientSecret: 'app-secret', scopes: ['openid'] }),
  authorization: { client_id: 'app', scope: 'openid' },
  token: { access_token: 'first-access', token_type: 'Bearer', expires_in: 3600, refresh_token: 'first-refresh' },
  userinfo: { sub: 'YID1', email: 'alice@example.com' },
  tokenRequest: {
    url: 'https://api.login.yahoo.com/oauth2/get_token',
    fields: { grant_type: 'authorization_code', code: 'code-1' },
    headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'openid',
    lifetimeS: 3600,
    accountId: 'YID1',
    label: 'alice@example.com',
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 3600 },
    request: {
      url: 'https://api.login.yahoo.com/oauth2/get_token',
      fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' },
    },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
