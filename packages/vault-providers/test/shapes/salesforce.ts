import { salesforce } from '../../src/providers/salesforce.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: salesforce({ clientId: 'app', clientSecret: 'app-secret', scopes: ['api'], domain: 'test.salesforce.com' }),
  authorization: { client_id: 'app', scope: 'api refresh_token' },
  token: {
    access_token: 'first-access',
    refresh_token: 'first-refresh',
    signature: 'sig',
    scope: 'refresh_token api',
    instance_url: 'https://blue-sky.my.salesforce.com',
    id: 'https://login.salesforce.com/id/00D/005',
    token_type: 'Bearer',
    issued_at: '1756800000000',
  },
  tokenRequest: {
    url: 'https://test.salesforce.com/services/oauth2/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'refresh_token api',
    lifetimeS: 7200,
    accountId: 'https://login.salesforce.com/id/00D/005',
    properties: { instance_url: 'https://blue-sky.my.salesforce.com', id: 'https://login.salesforce.com/id/00D/005' },
  },
  refresh: {
    response: {
      access_token: 'second-access',
      instance_url: 'https://blue-sky.my.salesforce.com',
      id: 'https://login.salesforce.com/id/00D/005',
      token_type: 'Bearer',
      issued_at: '1756803600000',
    },
    request: {
      url: 'https://test.salesforce.com/services/oauth2/token',
      fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' },
    },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
  revocation: [{ method: 'POST', url: 'https://test.salesforce.com/services/oauth2/revoke', fields: { token: 'first-refresh' } }],
}
