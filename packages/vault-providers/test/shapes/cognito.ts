import { cognito } from '../../src/providers/cognito.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: cognito({
    clientId: 'app',
    clientSecret: 'app-secret',
    scopes: ['openid', 'email'],
    domain: 'blue-sky.auth.eu-west-1.amazoncognito.com',
  }),
  authorization: { client_id: 'app', scope: 'openid email' },
  token: { access_token: 'first-access', token_type: 'Bearer', expires_in: 3600, refresh_token: 'first-refresh' },
  userinfo: { sub: '248289761001', email: 'alice@example.com' },
  tokenRequest: {
    url: 'https://blue-sky.auth.eu-west-1.amazoncognito.com/oauth2/token',
    fields: { grant_type: 'authorization_code', code: 'code-1' },
    headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'openid email',
    lifetimeS: 3600,
    accountId: '248289761001',
    label: 'alice@example.com',
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 3600 },
    request: {
      url: 'https://blue-sky.auth.eu-west-1.amazoncognito.com/oauth2/token',
      fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' },
    },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
  revocation: [
    { method: 'POST', url: 'https://blue-sky.auth.eu-west-1.amazoncognito.com/oauth2/revoke', fields: { token: 'first-refresh' } },
  ],
}
