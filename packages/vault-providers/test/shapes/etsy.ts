import { etsy } from '../../src/providers/etsy.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: etsy({ clientId: 'app', clientSecret: 'app-secret', scopes: ['email_r', 'listings_r'] }),
  authorization: { client_id: 'app', scope: 'email_r listings_r' },
  token: { access_token: 'first-access', token_type: 'Bearer', expires_in: 3600, refresh_token: 'first-refresh' },
  tokenRequest: {
    url: 'https://api.etsy.com/v3/public/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'email_r listings_r', lifetimeS: 3600 },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 3600, refresh_token: 'second-refresh' },
    request: { url: 'https://api.etsy.com/v3/public/oauth/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
