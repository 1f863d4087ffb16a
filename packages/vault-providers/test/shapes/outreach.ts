import { outreach } from '../../src/providers/outreach.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: outreach({ clientId: 'app', clientSecret: 'app-secret', scopes: ['prospects.read', 'users.read'] }),
  authorization: { client_id: 'app', scope: 'prospects.read users.read' },
  token: {
    access_token: 'first-access',
    token_type: 'Bearer',
    expires_in: 7200,
    refresh_token: 'first-refresh',
    scope: 'prospects.read users.read',
  },
  tokenRequest: {
    url: 'https://api.outreach.io/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'prospects.read users.read', lifetimeS: 7200 },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 7200, refresh_token: 'second-refresh' },
    request: { url: 'https://api.outreach.io/oauth/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
