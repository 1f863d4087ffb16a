import { close } from '../../src/providers/close.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: close({ clientId: 'app', clientSecret: 'app-secret', scopes: ['all.full_access'] }),
  authorization: { client_id: 'app', scope: 'all.full_access offline_access' },
  token: {
    access_token: 'first-access',
    refresh_token: 'first-refresh',
    token_type: 'Bearer',
    expires_in: 3600,
    scope: 'all.full_access offline_access',
    user_id: 'user_1',
    organization_id: 'orga_1',
  },
  tokenRequest: {
    url: 'https://api.close.com/oauth2/token/',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'all.full_access offline_access',
    lifetimeS: 3600,
    accountId: 'user_1-orga_1',
    properties: { organization_id: 'orga_1' },
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 3600, refresh_token: 'second-refresh' },
    request: { url: 'https://api.close.com/oauth2/token/', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
  revocation: [{ method: 'POST', url: 'https://api.close.com/oauth2/revoke/', fields: { token: 'first-refresh' } }],
}
