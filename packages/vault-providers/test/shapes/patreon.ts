import { patreon } from '../../src/providers/patreon.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: patreon({ clientId: 'app', clientSecret: 'app-secret', scopes: ['identity'] }),
  authorization: { client_id: 'app', scope: 'identity' },
  token: { access_token: 'first-access', token_type: 'Bearer', expires_in: 2_678_400, refresh_token: 'first-refresh', scope: 'identity' },
  userinfo: { data: { id: '32187', type: 'user' } },
  tokenRequest: {
    url: 'https://www.patreon.com/api/oauth2/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'identity', lifetimeS: 2_678_400, accountId: '32187' },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 2_678_400, refresh_token: 'second-refresh' },
    request: { url: 'https://www.patreon.com/api/oauth2/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
