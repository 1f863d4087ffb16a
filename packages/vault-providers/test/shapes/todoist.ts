import { todoist } from '../../src/providers/todoist.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: todoist({ clientId: 'app', clientSecret: 'app-secret', scopes: ['data:read', 'data:delete'] }),
  authorization: { client_id: 'app', scope: 'data:read,data:delete' },
  token: { access_token: 'first-access', token_type: 'Bearer' },
  tokenRequest: {
    url: 'https://todoist.com/oauth/access_token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'data:read,data:delete' },
}
