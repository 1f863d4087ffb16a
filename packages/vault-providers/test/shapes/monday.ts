import { monday } from '../../src/providers/monday.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: monday({ clientId: 'app', clientSecret: 'app-secret', scopes: ['me:read'] }),
  authorization: { client_id: 'app', scope: 'me:read' },
  token: { access_token: 'first-access', token_type: 'Bearer', scope: 'me:read' },
  tokenRequest: {
    url: 'https://auth.monday.com/oauth2/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'me:read' },
}
