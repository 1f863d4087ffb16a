import { netlify } from '../../src/providers/netlify.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: netlify({ clientId: 'app', clientSecret: 'app-secret' }),
  authorization: { client_id: 'app' },
  token: { access_token: 'first-access', token_type: 'Bearer' },
  userinfo: { id: '5be3', email: 'alice@example.com' },
  tokenRequest: {
    url: 'https://api.netlify.com/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', accountId: '5be3', label: 'alice@example.com' },
}
