import { brex } from '../../src/providers/brex.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: brex({ clientId: 'app', clientSecret: 'app-secret', scopes: ['openid'] }),
  authorization: { client_id: 'app', scope: 'openid offline_access' },
  token: {
    access_token: 'first-access',
    token_type: 'Bearer',
    expires_in: 3600,
    refresh_token: 'first-refresh',
    scope: 'openid offline_access',
  },
  tokenRequest: {
    url: 'https://accounts-api.brex.com/oauth2/default/v1/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'openid offline_access', lifetimeS: 3600 },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 3600, refresh_token: 'second-refresh' },
    request: {
      url: 'https://accounts-api.brex.com/oauth2/default/v1/token',
      fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' },
    },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
