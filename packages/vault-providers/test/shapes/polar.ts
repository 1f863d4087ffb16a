import { polar } from '../../src/providers/polar.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: polar({ clientId: 'app', clientSecret: 'app-secret', scopes: ['accesslink.read_all'] }),
  authorization: { client_id: 'app', scope: 'accesslink.read_all' },
  token: { access_token: 'first-access', token_type: 'bearer', expires_in: 315_359_999, x_user_id: 10_579 },
  tokenRequest: {
    url: 'https://polarremote.com/v2/oauth2/token',
    fields: { grant_type: 'authorization_code', code: 'code-1' },
    headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'accesslink.read_all',
    lifetimeS: 315_359_999,
    accountId: '10579',
  },
}
