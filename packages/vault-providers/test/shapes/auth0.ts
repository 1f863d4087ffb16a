import { auth0 } from '../../src/providers/auth0.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: auth0({ clientId: 'app', clientSecret: 'app-secret', scopes: ['openid', 'email'], domain: 'blue-sky.eu.auth0.com' }),
  authorization: { client_id: 'app', scope: 'openid email offline_access' },
  token: {
    access_token: 'first-access',
    token_type: 'Bearer',
    expires_in: 86_400,
    refresh_token: 'first-refresh',
    scope: 'openid email offline_access',
  },
  userinfo: { sub: 'auth0|1', email: 'alice@example.com' },
  tokenRequest: {
    url: 'https://blue-sky.eu.auth0.com/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'openid email offline_access',
    lifetimeS: 86_400,
    accountId: 'auth0|1',
    label: 'alice@example.com',
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 86_400, refresh_token: 'second-refresh' },
    request: { url: 'https://blue-sky.eu.auth0.com/oauth/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
  revocation: [{ method: 'POST', url: 'https://blue-sky.eu.auth0.com/oauth/revoke', fields: { token: 'first-refresh' } }],
}
