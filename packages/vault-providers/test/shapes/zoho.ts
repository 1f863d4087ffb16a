import { zoho } from '../../src/providers/zoho.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: zoho({ clientId: 'app', clientSecret: 'app-secret', scopes: ['ZohoCRM.modules.READ', 'ZohoCRM.users.READ'], region: 'eu' }),
  authorization: { client_id: 'app', scope: 'ZohoCRM.modules.READ,ZohoCRM.users.READ', access_type: 'offline', prompt: 'consent' },
  token: {
    access_token: 'first-access',
    refresh_token: 'first-refresh',
    scope: 'ZohoCRM.modules.READ ZohoCRM.users.READ',
    api_domain: 'https://www.zohoapis.eu',
    token_type: 'Bearer',
    expires_in: 3600,
  },
  tokenRequest: {
    url: 'https://accounts.zoho.eu/oauth/v2/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'ZohoCRM.modules.READ ZohoCRM.users.READ',
    lifetimeS: 3600,
    properties: { api_domain: 'https://www.zohoapis.eu' },
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 3600 },
    request: { url: 'https://accounts.zoho.eu/oauth/v2/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [
    { status: 200, body: { error: 'invalid_code' }, code: 'reauthorization_required' },
    { status: 200, body: { error: 'invalid_client' }, code: 'provider_rejected_client' },
  ],
  revocation: [{ method: 'POST', url: 'https://accounts.zoho.eu/oauth/v2/token/revoke', fields: { token: 'first-refresh' } }],
}
