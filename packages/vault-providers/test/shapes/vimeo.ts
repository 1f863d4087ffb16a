import { vimeo } from '../../src/providers/vimeo.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: vimeo({ clientId: 'app', clientSecret: 'app-secret', scopes: ['public', 'private'] }),
  authorization: { client_id: 'app', scope: 'public private' },
  token: { access_token: 'first-access', token_type: 'bearer', scope: 'public private', user: { uri: '/users/152184', name: 'Alice' } },
  tokenRequest: {
    url: 'https://api.vimeo.com/oauth/access_token',
    fields: { grant_type: 'authorization_code', code: 'code-1' },
    headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'public private', accountId: '/users/152184', label: 'Alice' },
}
