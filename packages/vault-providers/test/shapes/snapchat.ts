import { snapchat } from '../../src/providers/snapchat.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: snapchat({ clientId: 'app', clientSecret: 'app-secret', scopes: ['snapchat-marketing-api'] }),
  authorization: { client_id: 'app', scope: 'snapchat-marketing-api' },
  token: {
    access_token: 'first-access',
    token_type: 'Bearer',
    expires_in: 1800,
    refresh_token: 'first-refresh',
    scope: 'snapchat-marketing-api',
  },
  tokenRequest: {
    url: 'https://accounts.snapchat.com/login/oauth2/access_token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'snapchat-marketing-api', lifetimeS: 1800 },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 1800 },
    request: {
      url: 'https://accounts.snapchat.com/login/oauth2/access_token',
      fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' },
    },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
