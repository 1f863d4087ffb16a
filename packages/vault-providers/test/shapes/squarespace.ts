import { squarespace } from '../../src/providers/squarespace.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: squarespace({ clientId: 'app', clientSecret: 'app-secret', scopes: ['website.orders', 'website.inventory'] }),
  authorization: { client_id: 'app', scope: 'website.orders,website.inventory', access_type: 'offline' },
  token: { access_token: 'first-access', token_type: 'bearer', expires_in: 1800, refresh_token: 'first-refresh', account_id: '507c' },
  tokenRequest: {
    url: 'https://login.squarespace.com/api/1/login/oauth/provider/tokens',
    fields: { grant_type: 'authorization_code', code: 'code-1' },
    headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=', 'user-agent': 'holdfast' },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'website.orders,website.inventory',
    lifetimeS: 1800,
    accountId: '507c',
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 1800, refresh_token: 'second-refresh' },
    request: {
      url: 'https://login.squarespace.com/api/1/login/oauth/provider/tokens',
      fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' },
    },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
