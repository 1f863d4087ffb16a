import { clickup } from '../../src/providers/clickup.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: clickup({ clientId: 'app', clientSecret: 'app-secret' }),
  authorization: { client_id: 'app' },
  token: { access_token: 'first-access', token_type: 'Bearer' },
  userinfo: { user: { id: 123, username: 'Alice' } },
  tokenRequest: {
    url: 'https://api.clickup.com/api/v2/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', accountId: '123' },
}
