import { splitwise } from '../../src/providers/splitwise.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: splitwise({ clientId: 'app', clientSecret: 'app-secret' }),
  authorization: { client_id: 'app' },
  token: { access_token: 'first-access', token_type: 'Bearer' },
  userinfo: { user: { id: 79_774, email: 'alice@example.com' } },
  tokenRequest: {
    url: 'https://secure.splitwise.com/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', accountId: '79774' },
}
