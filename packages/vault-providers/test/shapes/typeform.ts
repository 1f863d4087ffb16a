import { typeform } from '../../src/providers/typeform.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: typeform({ clientId: 'app', clientSecret: 'app-secret', scopes: ['accounts:read'] }),
  authorization: { client_id: 'app', scope: 'accounts:read offline' },
  token: {
    access_token: 'first-access',
    token_type: 'Bearer',
    expires_in: 604_800,
    refresh_token: 'first-refresh',
    scope: 'accounts:read offline',
  },
  userinfo: { user_id: 'U1', email: 'alice@example.com' },
  tokenRequest: {
    url: 'https://api.typeform.com/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'accounts:read offline',
    lifetimeS: 604_800,
    accountId: 'U1',
    label: 'alice@example.com',
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 604_800, refresh_token: 'second-refresh' },
    request: { url: 'https://api.typeform.com/oauth/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
