import { tumblr } from '../../src/providers/tumblr.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: tumblr({ clientId: 'app', clientSecret: 'app-secret', scopes: ['basic'] }),
  authorization: { client_id: 'app', scope: 'basic offline_access' },
  token: {
    access_token: 'first-access',
    token_type: 'Bearer',
    expires_in: 2520,
    refresh_token: 'first-refresh',
    scope: 'basic offline_access',
  },
  userinfo: { meta: { status: 200 }, response: { user: { name: 'alice' } } },
  tokenRequest: {
    url: 'https://api.tumblr.com/v2/oauth2/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'basic offline_access', lifetimeS: 2520, accountId: 'alice' },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 2520, refresh_token: 'second-refresh' },
    request: { url: 'https://api.tumblr.com/v2/oauth2/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
