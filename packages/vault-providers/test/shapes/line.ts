import { line } from '../../src/providers/line.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: line({ clientId: 'app', clientSecret: 'app-secret', scopes: ['profile'] }),
  authorization: { client_id: 'app', scope: 'profile' },
  token: { access_token: 'first-access', token_type: 'Bearer', expires_in: 2_592_000, refresh_token: 'first-refresh', scope: 'profile' },
  userinfo: { userId: 'U4af', displayName: 'Alice' },
  tokenRequest: {
    url: 'https://api.line.me/oauth2/v2.1/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'profile', lifetimeS: 2_592_000, accountId: 'U4af' },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 2_592_000 },
    request: { url: 'https://api.line.me/oauth2/v2.1/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
  revocation: [
    { method: 'POST', url: 'https://api.line.me/oauth2/v2.1/revoke', fields: { access_token: 'first-access', client_id: 'app' } },
  ],
}
