import { intercom } from '../../src/providers/intercom.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: intercom({ clientId: 'app', clientSecret: 'app-secret' }),
  authorization: { client_id: 'app' },
  token: { access_token: 'first-access', token: 'first-access', token_type: 'Bearer' },
  userinfo: { type: 'admin', id: '1234', email: 'alice@example.com' },
  tokenRequest: {
    url: 'https://api.intercom.io/auth/eagle/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', accountId: '1234', label: 'alice@example.com' },
}
