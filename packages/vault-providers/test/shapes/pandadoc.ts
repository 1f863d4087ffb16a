import { pandadoc } from '../../src/providers/pandadoc.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: pandadoc({ clientId: 'app', clientSecret: 'app-secret', scopes: ['read+write'] }),
  authorization: { client_id: 'app', scope: 'read+write' },
  token: {
    access_token: 'first-access',
    token_type: 'Bearer',
    expires_in: 31_535_999,
    refresh_token: 'first-refresh',
    scope: 'read+write',
  },
  tokenRequest: {
    url: 'https://api.pandadoc.com/oauth2/access_token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'read+write', lifetimeS: 31_535_999 },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 31_535_999, refresh_token: 'second-refresh' },
    request: {
      url: 'https://api.pandadoc.com/oauth2/access_token',
      fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' },
    },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
