import { whoop } from '../../src/providers/whoop.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: whoop({ clientId: 'app', clientSecret: 'app-secret', scopes: ['read:profile'] }),
  authorization: { client_id: 'app', scope: 'read:profile offline' },
  token: {
    access_token: 'first-access',
    token_type: 'Bearer',
    expires_in: 3600,
    refresh_token: 'first-refresh',
    scope: 'read:profile offline',
  },
  userinfo: { user_id: 10_129, email: 'alice@example.com' },
  tokenRequest: {
    url: 'https://api.prod.whoop.com/oauth/oauth2/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'read:profile offline',
    lifetimeS: 3600,
    accountId: '10129',
    label: 'alice@example.com',
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 3600, refresh_token: 'second-refresh' },
    request: {
      url: 'https://api.prod.whoop.com/oauth/oauth2/token',
      fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' },
    },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
