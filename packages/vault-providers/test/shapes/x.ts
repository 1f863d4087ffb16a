import { x } from '../../src/providers/x.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: x({ clientId: 'app', clientSecret: 'app-secret', scopes: ['users.read', 'tweet.read'] }),
  authorization: { client_id: 'app', scope: 'users.read tweet.read offline.access' },
  token: {
    access_token: 'first-access',
    token_type: 'Bearer',
    expires_in: 7200,
    refresh_token: 'first-refresh',
    scope: 'users.read tweet.read offline.access',
  },
  userinfo: { data: { id: '2244994945', username: 'alice' } },
  tokenRequest: {
    url: 'https://api.x.com/2/oauth2/token',
    fields: { grant_type: 'authorization_code', code: 'code-1' },
    headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'users.read tweet.read offline.access',
    lifetimeS: 7200,
    accountId: '2244994945',
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 7200, refresh_token: 'second-refresh' },
    request: { url: 'https://api.x.com/2/oauth2/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
  revocation: [{ method: 'POST', url: 'https://api.x.com/2/oauth2/revoke', fields: { token: 'first-refresh' } }],
}
