import { wrike } from '../../src/providers/wrike.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: wrike({ clientId: 'app', clientSecret: 'app-secret', scopes: ['wsReadOnly', 'amReadOnlyUser'] }),
  authorization: { client_id: 'app', scope: 'wsReadOnly,amReadOnlyUser' },
  token: { access_token: 'first-access', refresh_token: 'first-refresh', token_type: 'bearer', expires_in: 3600, host: 'www.wrike.com' },
  tokenRequest: {
    url: 'https://login.wrike.com/oauth2/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'wsReadOnly,amReadOnlyUser',
    lifetimeS: 3600,
    properties: { host: 'www.wrike.com' },
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 3600, refresh_token: 'second-refresh' },
    request: { url: 'https://login.wrike.com/oauth2/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
