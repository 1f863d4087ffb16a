import { sage } from '../../src/providers/sage.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: sage({ clientId: 'app', clientSecret: 'app-secret', scopes: ['full_access'] }),
  authorization: { client_id: 'app', scope: 'full_access', filter: 'apiv3.1' },
  token: {
    access_token: 'first-access',
    token_type: 'bearer',
    expires_in: 300,
    refresh_token: 'first-refresh',
    refresh_token_expires_in: 2_678_400,
    scope: 'full_access',
    requested_by_id: 'r-1',
  },
  tokenRequest: {
    url: 'https://oauth.accounting.sage.com/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'full_access',
    lifetimeS: 300,
    properties: { requested_by_id: 'r-1' },
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 300, refresh_token: 'second-refresh' },
    request: { url: 'https://oauth.accounting.sage.com/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
  revocation: [{ method: 'POST', url: 'https://oauth.accounting.sage.com/revoke', fields: { token: 'first-refresh' } }],
}
