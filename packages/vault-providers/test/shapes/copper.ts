import { copper } from '../../src/providers/copper.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: copper({ clientId: 'app', clientSecret: 'app-secret', scopes: ['developer/v1/all'] }),
  authorization: { client_id: 'app', scope: 'developer/v1/all' },
  token: { access_token: 'first-access', token_type: 'Bearer', scope: 'developer/v1/all' },
  tokenRequest: {
    url: 'https://app.copper.com/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'developer/v1/all' },
}
