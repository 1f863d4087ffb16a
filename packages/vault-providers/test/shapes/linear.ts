import { linear } from '../../src/providers/linear.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: linear({ clientId: 'app', clientSecret: 'app-secret', scopes: ['read', 'issues:create'] }),
  authorization: { client_id: 'app', scope: 'read,issues:create' },
  token: {
    access_token: 'first-access',
    token_type: 'Bearer',
    expires_in: 86_399,
    refresh_token: 'first-refresh',
    scope: 'read,issues:create',
  },
  tokenRequest: {
    url: 'https://api.linear.app/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'read,issues:create', lifetimeS: 86_399 },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 86_399, refresh_token: 'second-refresh' },
    request: { url: 'https://api.linear.app/oauth/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
  revocation: [{ method: 'POST', url: 'https://api.linear.app/oauth/revoke', fields: { token: 'first-refresh' } }],
}
