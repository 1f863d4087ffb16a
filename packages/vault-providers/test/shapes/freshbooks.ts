import { freshbooks } from '../../src/providers/freshbooks.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: freshbooks({ clientId: 'app', clientSecret: 'app-secret', scopes: ['user:profile:read'] }),
  authorization: { client_id: 'app', scope: 'user:profile:read' },
  token: {
    access_token: 'first-access',
    token_type: 'Bearer',
    expires_in: 43_200,
    refresh_token: 'first-refresh',
    scope: 'user:profile:read',
  },
  tokenRequest: {
    url: 'https://api.freshbooks.com/auth/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined, 'content-type': 'application/json' },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'user:profile:read', lifetimeS: 43_200 },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 43_200, refresh_token: 'second-refresh' },
    request: {
      url: 'https://api.freshbooks.com/auth/oauth/token',
      fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' },
    },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
  revocation: [{ method: 'POST', url: 'https://api.freshbooks.com/auth/oauth/revoke', fields: { token: 'first-refresh' } }],
}
