import { paypal } from '../../src/providers/paypal.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: paypal({ clientId: 'app', clientSecret: 'app-secret', scopes: ['openid', 'email'] }),
  authorization: { client_id: 'app', scope: 'openid email' },
  token: { access_token: 'first-access', token_type: 'Bearer', expires_in: 28_800, refresh_token: 'first-refresh', scope: 'openid email' },
  userinfo: { user_id: 'https://www.paypal.com/webapps/auth/identity/user/mWq6', email: 'alice@example.com' },
  tokenRequest: {
    url: 'https://api-m.paypal.com/v1/oauth2/token',
    fields: { grant_type: 'authorization_code', code: 'code-1' },
    headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'openid email',
    lifetimeS: 28_800,
    accountId: 'https://www.paypal.com/webapps/auth/identity/user/mWq6',
    label: 'alice@example.com',
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 28_800 },
    request: { url: 'https://api-m.paypal.com/v1/oauth2/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
