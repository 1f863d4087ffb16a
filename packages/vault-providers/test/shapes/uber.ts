import { uber } from '../../src/providers/uber.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: uber({ clientId: 'app', clientSecret: 'app-secret', scopes: ['profile'] }),
  authorization: { client_id: 'app', scope: 'profile' },
  token: { access_token: 'first-access', token_type: 'Bearer', expires_in: 2_592_000, refresh_token: 'first-refresh', scope: 'profile' },
  userinfo: { uuid: 'f4a4', email: 'alice@example.com' },
  tokenRequest: {
    url: 'https://login.uber.com/oauth/v2/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'profile',
    lifetimeS: 2_592_000,
    accountId: 'f4a4',
    label: 'alice@example.com',
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 2_592_000, refresh_token: 'second-refresh' },
    request: { url: 'https://login.uber.com/oauth/v2/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
  revocation: [{ method: 'POST', url: 'https://login.uber.com/oauth/v2/revoke', fields: { token: 'first-refresh' } }],
}
