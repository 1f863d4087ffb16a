import { xero } from '../../src/providers/xero.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: xero({ clientId: 'app', clientSecret: 'app-secret', scopes: ['accounting.contacts.read'] }),
  authorization: { client_id: 'app', scope: 'accounting.contacts.read offline_access' },
  token: {
    access_token: 'first-access',
    token_type: 'Bearer',
    expires_in: 1800,
    refresh_token: 'first-refresh',
    scope: 'accounting.contacts.read offline_access',
  },
  tokenRequest: {
    url: 'https://identity.xero.com/connect/token',
    fields: { grant_type: 'authorization_code', code: 'code-1' },
    headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'accounting.contacts.read offline_access', lifetimeS: 1800 },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 1800, refresh_token: 'second-refresh' },
    request: { url: 'https://identity.xero.com/connect/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
  revocation: [{ method: 'POST', url: 'https://identity.xero.com/connect/revocation', fields: { token: 'first-refresh' } }],
}
