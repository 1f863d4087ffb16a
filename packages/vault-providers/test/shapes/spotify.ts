import { spotify } from '../../src/providers/spotify.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: spotify({ clientId: 'app', clientSecret: 'app-secret', scopes: ['user-read-email'] }),
  authorization: { client_id: 'app', scope: 'user-read-email' },
  token: { access_token: 'first-access', token_type: 'Bearer', expires_in: 3600, refresh_token: 'first-refresh', scope: 'user-read-email' },
  userinfo: { id: 'alice77', email: 'alice@example.com' },
  tokenRequest: {
    url: 'https://accounts.spotify.com/api/token',
    fields: { grant_type: 'authorization_code', code: 'code-1' },
    headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'user-read-email',
    lifetimeS: 3600,
    accountId: 'alice77',
    label: 'alice@example.com',
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 3600 },
    request: { url: 'https://accounts.spotify.com/api/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
