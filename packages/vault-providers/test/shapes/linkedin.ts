import { linkedin } from '../../src/providers/linkedin.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: linkedin({ clientId: 'app', clientSecret: 'app-secret', scopes: ['openid', 'email'] }),
  authorization: { client_id: 'app', scope: 'openid email', code_challenge: undefined },
  token: {
    access_token: 'first-access',
    expires_in: 5_184_000,
    refresh_token: 'first-refresh',
    refresh_token_expires_in: 31_536_000,
    scope: 'openid email',
    token_type: 'Bearer',
  },
  userinfo: { sub: '782bbtaQ', email: 'alice@example.com' },
  tokenRequest: {
    url: 'https://www.linkedin.com/oauth/v2/accessToken',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret', code_verifier: undefined },
    headers: { authorization: undefined },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'openid email',
    lifetimeS: 5_184_000,
    accountId: '782bbtaQ',
    label: 'alice@example.com',
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 5_184_000 },
    request: {
      url: 'https://www.linkedin.com/oauth/v2/accessToken',
      fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' },
    },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
