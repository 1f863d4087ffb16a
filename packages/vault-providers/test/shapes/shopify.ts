import { shopify } from '../../src/providers/shopify.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: shopify({ clientId: 'app', clientSecret: 'app-secret', scopes: ['read_products', 'read_orders'], shop: 'blue-sky' }),
  authorization: { client_id: 'app', scope: 'read_products,read_orders' },
  token: {
    access_token: 'first-access',
    expires_in: 3600,
    refresh_token: 'first-refresh',
    refresh_token_expires_in: 7_776_000,
    scope: 'read_products,read_orders',
  },
  tokenRequest: {
    url: 'https://blue-sky.myshopify.com/admin/oauth/access_token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret', expiring: '1' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'read_products,read_orders', lifetimeS: 3600 },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 3600, refresh_token: 'second-refresh' },
    request: {
      url: 'https://blue-sky.myshopify.com/admin/oauth/access_token',
      fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh', expiring: '1' },
    },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
