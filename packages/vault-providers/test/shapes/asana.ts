import { asana } from '../../src/providers/asana.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: asana({ clientId: 'app', clientSecret: 'app-secret', scopes: ['default'] }),
  authorization: { client_id: 'app', scope: 'default' },
  token: {
    access_token: 'first-access',
    token_type: 'bearer',
    expires_in: 3600,
    data: { id: 4_673_218_951, gid: '4673218951', name: 'Alice', email: 'alice@example.com' },
    refresh_token: 'first-refresh',
  },
  tokenRequest: {
    url: 'https://app.asana.com/-/oauth_token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'default',
    lifetimeS: 3600,
    accountId: '4673218951',
    label: 'alice@example.com',
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 3600 },
    request: { url: 'https://app.asana.com/-/oauth_token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
  revocation: [{ method: 'POST', url: 'https://app.asana.com/-/oauth_revoke', fields: { token: 'first-refresh' } }],
}
