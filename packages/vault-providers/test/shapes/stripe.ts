import { stripe } from '../../src/providers/stripe.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: stripe({ clientId: 'app', clientSecret: 'app-secret', scopes: ['read_write'] }),
  authorization: { client_id: 'app', scope: 'read_write' },
  token: {
    access_token: 'first-access',
    livemode: false,
    refresh_token: 'first-refresh',
    token_type: 'bearer',
    stripe_user_id: 'acct_1',
    scope: 'read_write',
  },
  tokenRequest: {
    url: 'https://connect.stripe.com/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'read_write',
    accountId: 'acct_1',
    properties: { stripe_user_id: 'acct_1' },
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer' },
    request: { url: 'https://connect.stripe.com/oauth/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
