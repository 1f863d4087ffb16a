import { quickbooks } from '../../src/providers/quickbooks.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: quickbooks({ clientId: 'app', clientSecret: 'app-secret', scopes: ['com.intuit.quickbooks.accounting'] }),
  authorization: { client_id: 'app', scope: 'com.intuit.quickbooks.accounting' },
  token: {
    token_type: 'bearer',
    expires_in: 3600,
    refresh_token: 'first-refresh',
    x_refresh_token_expires_in: 8_726_400,
    access_token: 'first-access',
  },
  tokenRequest: {
    url: 'https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer',
    fields: { grant_type: 'authorization_code', code: 'code-1' },
    headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'com.intuit.quickbooks.accounting',
    lifetimeS: 3600,
    accountId: '9130',
    properties: { realmId: '9130' },
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 3600 },
    request: {
      url: 'https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer',
      fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' },
    },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
  callback: { realmId: '9130' },
  revocation: [
    {
      method: 'POST',
      url: 'https://developer.api.intuit.com/v2/oauth2/tokens/revoke',
      fields: { token: 'first-refresh' },
      headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' },
    },
  ],
}
