import { facebook } from '../../src/providers/facebook.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: facebook({ clientId: 'app', clientSecret: 'app-secret', scopes: ['email', 'public_profile'] }),
  authorization: { client_id: 'app', scope: 'email,public_profile' },
  token: { access_token: 'first-access', token_type: 'bearer', expires_in: 5400 },
  userinfo: { id: '10158', name: 'Alice', email: 'alice@example.com' },
  tokenRequest: {
    url: 'https://graph.facebook.com/v23.0/oauth/access_token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: {
    accessToken: 'long-access',
    tokenType: 'Bearer',
    scope: 'email,public_profile',
    lifetimeS: 5_183_944,
    accountId: '10158',
    label: 'alice@example.com',
  },
  longLived: { access_token: 'long-access', token_type: 'bearer', expires_in: 5_183_944 },
  refresh: {
    response: { access_token: 'second-access', token_type: 'bearer', expires_in: 5_183_944 },
    request: {
      method: 'POST',
      url: 'https://graph.facebook.com/v23.0/oauth/access_token',
      fields: { grant_type: 'fb_exchange_token', fb_exchange_token: 'long-access', client_id: 'app', client_secret: 'app-secret' },
    },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [
    {
      status: 400,
      body: { error: { message: 'Error validating access token', type: 'OAuthException', code: 190 } },
      code: 'reauthorization_required',
    },
    {
      status: 400,
      body: { error: { message: 'Application request limit reached', type: 'OAuthException', code: 4 } },
      code: 'provider_unavailable',
    },
  ],
  revocation: [
    { method: 'DELETE', url: 'https://graph.facebook.com/v23.0/me/permissions', headers: { authorization: 'Bearer long-access' } },
  ],
}
