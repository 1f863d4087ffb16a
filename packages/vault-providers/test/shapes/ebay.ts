import { ebay } from '../../src/providers/ebay.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: ebay({ clientId: 'app', clientSecret: 'app-secret', scopes: ['https://api.ebay.com/oauth/api_scope'] }),
  authorization: { client_id: 'app', scope: 'https://api.ebay.com/oauth/api_scope' },
  token: {
    access_token: 'first-access',
    expires_in: 7200,
    refresh_token: 'first-refresh',
    refresh_token_expires_in: 47_304_000,
    token_type: 'User Access Token',
  },
  tokenRequest: {
    url: 'https://api.ebay.com/identity/v1/oauth2/token',
    fields: { grant_type: 'authorization_code', code: 'code-1' },
    headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'https://api.ebay.com/oauth/api_scope', lifetimeS: 7200 },
  refresh: {
    response: { access_token: 'second-access', expires_in: 7200, token_type: 'User Access Token' },
    request: {
      url: 'https://api.ebay.com/identity/v1/oauth2/token',
      fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' },
    },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
