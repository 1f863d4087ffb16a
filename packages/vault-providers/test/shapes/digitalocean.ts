import { digitalocean } from '../../src/providers/digitalocean.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: digitalocean({ clientId: 'app', clientSecret: 'app-secret', scopes: ['read', 'write'] }),
  authorization: { client_id: 'app', scope: 'read write' },
  token: {
    access_token: 'first-access',
    token_type: 'bearer',
    expires_in: 2_592_000,
    refresh_token: 'first-refresh',
    scope: 'read write',
    info: { name: 'Alice', email: 'alice@example.com', uuid: 'b6fc' },
  },
  tokenRequest: {
    url: 'https://cloud.digitalocean.com/v1/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'read write',
    lifetimeS: 2_592_000,
    accountId: 'b6fc',
    label: 'alice@example.com',
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 2_592_000, refresh_token: 'second-refresh' },
    request: {
      url: 'https://cloud.digitalocean.com/v1/oauth/token',
      fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' },
    },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
  revocation: [{ method: 'POST', url: 'https://cloud.digitalocean.com/v1/oauth/revoke', fields: { token: 'first-refresh' } }],
}
