import { coinbase } from '../../src/providers/coinbase.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: coinbase({ clientId: 'app', clientSecret: 'app-secret', scopes: ['wallet:user:read'] }),
  authorization: { client_id: 'app', scope: 'wallet:user:read offline_access' },
  token: {
    access_token: 'first-access',
    token_type: 'Bearer',
    expires_in: 3600,
    refresh_token: 'first-refresh',
    scope: 'wallet:user:read offline_access',
  },
  userinfo: { data: { id: '9da7', name: 'Alice' } },
  tokenRequest: {
    url: 'https://login.coinbase.com/oauth2/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'wallet:user:read offline_access',
    lifetimeS: 3600,
    accountId: '9da7',
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 3600, refresh_token: 'second-refresh' },
    request: { url: 'https://login.coinbase.com/oauth2/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
  revocation: [{ method: 'POST', url: 'https://login.coinbase.com/oauth2/revoke', fields: { token: 'first-refresh' } }],
}
