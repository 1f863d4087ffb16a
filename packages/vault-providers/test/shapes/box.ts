import { box } from '../../src/providers/box.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: box({ clientId: 'app', clientSecret: 'app-secret' }),
  authorization: { client_id: 'app' },
  token: { access_token: 'first-access', expires_in: 3600, restricted_to: [], refresh_token: 'first-refresh', token_type: 'bearer' },
  userinfo: { type: 'user', id: '17738362', login: 'alice@example.com' },
  tokenRequest: {
    url: 'https://api.box.com/oauth2/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', lifetimeS: 3600, accountId: '17738362', label: 'alice@example.com' },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 3600, refresh_token: 'second-refresh' },
    request: { url: 'https://api.box.com/oauth2/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
  revocation: [{ method: 'POST', url: 'https://api.box.com/oauth2/revoke', fields: { token: 'first-refresh' } }],
}
