import { onelogin } from '../../src/providers/onelogin.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: onelogin({ clientId: 'app', clientSecret: 'app-secret', scopes: ['openid', 'email'], subdomain: 'blue-sky' }),
  authorization: { client_id: 'app', scope: 'openid email offline_access' },
  token: {
    access_token: 'first-access',
    token_type: 'Bearer',
    expires_in: 3600,
    refresh_token: 'first-refresh',
    scope: 'openid email offline_access',
  },
  userinfo: { sub: '123', email: 'alice@example.com' },
  tokenRequest: {
    url: 'https://blue-sky.onelogin.com/oidc/2/token',
    fields: { grant_type: 'authorization_code', code: 'code-1' },
    headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'openid email offline_access',
    lifetimeS: 3600,
    accountId: '123',
    label: 'alice@example.com',
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 3600, refresh_token: 'second-refresh' },
    request: { url: 'https://blue-sky.onelogin.com/oidc/2/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
  revocation: [{ method: 'POST', url: 'https://blue-sky.onelogin.com/oidc/2/token/revocation', fields: { token: 'first-refresh' } }],
}
