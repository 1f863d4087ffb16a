import { dribbble } from '../../src/providers/dribbble.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: dribbble({ clientId: 'app', clientSecret: 'app-secret', scopes: ['public'] }),
  authorization: { client_id: 'app', scope: 'public' },
  token: { access_token: 'first-access', token_type: 'Bearer', scope: 'public' },
  userinfo: { id: 1, login: 'alice' },
  tokenRequest: {
    url: 'https://dribbble.com/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'public', accountId: '1', label: 'alice' },
}
