import { bitly } from '../../src/providers/bitly.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: bitly({ clientId: 'app', clientSecret: 'app-secret' }),
  authorization: { client_id: 'app' },
  token: { access_token: 'first-access', login: 'alice' },
  tokenRequest: {
    url: 'https://api-ssl.bitly.com/oauth/access_token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', accountId: 'alice', label: 'alice' },
}
