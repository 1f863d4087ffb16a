import { heroku } from '../../src/providers/heroku.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: heroku({ clientId: 'app', clientSecret: 'app-secret', scopes: ['read'] }),
  authorization: { client_id: 'app', scope: 'read' },
  token: { access_token: 'first-access', expires_in: 28_799, refresh_token: 'first-refresh', token_type: 'Bearer', user_id: '0124' },
  tokenRequest: {
    url: 'https://id.heroku.com/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'read', lifetimeS: 28_799, accountId: '0124' },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 28_799 },
    request: { url: 'https://id.heroku.com/oauth/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
