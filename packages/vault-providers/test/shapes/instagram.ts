import { instagram } from '../../src/providers/instagram.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: instagram({ clientId: 'app', clientSecret: 'app-secret', scopes: ['instagram_business_basic'] }),
  authorization: { client_id: 'app', scope: 'instagram_business_basic' },
  token: { access_token: 'first-access', user_id: '17841', permissions: ['instagram_business_basic'] },
  tokenRequest: {
    url: 'https://api.instagram.com/oauth/access_token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: {
    accessToken: 'long-access',
    tokenType: 'Bearer',
    scope: 'instagram_business_basic',
    lifetimeS: 5_183_944,
    accountId: '17841',
  },
  longLived: { access_token: 'long-access', token_type: 'bearer', expires_in: 5_183_944 },
  refresh: {
    response: { access_token: 'second-access', token_type: 'bearer', expires_in: 5_183_944 },
    request: {
      method: 'GET',
      url: 'https://graph.instagram.com/refresh_access_token',
      fields: { access_token: 'long-access', client_secret: undefined },
    },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: { message: 'Invalid', type: 'OAuthException', code: 190 } }, code: 'reauthorization_required' }],
}
