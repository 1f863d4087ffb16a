import { github } from '../../src/providers/github.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: github({ clientId: 'app', clientSecret: 'app-secret', scopes: ['read:user', 'repo'] }),
  authorization: { client_id: 'app', scope: 'read:user repo' },
  token: { access_token: 'first-access', token_type: 'bearer', scope: 'read:user,repo' },
  userinfo: { id: 583_231, login: 'alice' },
  tokenRequest: {
    url: 'https://github.com/login/oauth/access_token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'read:user,repo', accountId: '583231', label: 'alice' },
}
