import { bamboohr } from '../../src/providers/bamboohr.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: bamboohr({ clientId: 'app', clientSecret: 'app-secret', scopes: ['email'], subdomain: 'blue-sky' }),
  authorization: { client_id: 'app', scope: 'email offline_access', request: 'authorize' },
  token: {
    access_token: 'first-access',
    token_type: 'Bearer',
    expires_in: 3600,
    refresh_token: 'first-refresh',
    scope: 'email offline_access',
  },
  tokenRequest: {
    url: 'https://blue-sky.bamboohr.com/token.php',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret', request: 'token' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'email offline_access', lifetimeS: 3600 },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 3600, refresh_token: 'second-refresh' },
    request: {
      url: 'https://blue-sky.bamboohr.com/token.php',
      fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh', request: 'token' },
    },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
