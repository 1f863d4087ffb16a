import { webex } from '../../src/providers/webex.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: webex({ clientId: 'app', clientSecret: 'app-secret', scopes: ['spark:people_read'] }),
  authorization: { client_id: 'app', scope: 'spark:people_read' },
  token: {
    access_token: 'first-access',
    token_type: 'Bearer',
    expires_in: 1_209_599,
    refresh_token: 'first-refresh',
    scope: 'spark:people_read',
  },
  userinfo: { id: 'Y2lz', emails: ['alice@example.com'], displayName: 'Alice' },
  tokenRequest: {
    url: 'https://webexapis.com/v1/access_token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'spark:people_read', lifetimeS: 1_209_599, accountId: 'Y2lz' },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 1_209_599 },
    request: { url: 'https://webexapis.com/v1/access_token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
