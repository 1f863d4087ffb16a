import { pagerduty } from '../../src/providers/pagerduty.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: pagerduty({ clientId: 'app', clientSecret: 'app-secret', scopes: ['users.read'] }),
  authorization: { client_id: 'app', scope: 'users.read' },
  token: { access_token: 'first-access', token_type: 'Bearer', expires_in: 864_000, refresh_token: 'first-refresh', scope: 'users.read' },
  tokenRequest: {
    url: 'https://identity.pagerduty.com/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'users.read', lifetimeS: 864_000 },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 864_000, refresh_token: 'second-refresh' },
    request: { url: 'https://identity.pagerduty.com/oauth/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
  revocation: [{ method: 'POST', url: 'https://identity.pagerduty.com/oauth/revoke', fields: { token: 'first-refresh' } }],
}
