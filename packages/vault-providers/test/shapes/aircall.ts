import { aircall } from '../../src/providers/aircall.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: aircall({ clientId: 'app', clientSecret: 'app-secret', scopes: ['public_api'] }),
  authorization: { client_id: 'app', scope: 'public_api' },
  token: { access_token: 'first-access', token_type: 'Bearer' },
  tokenRequest: {
    url: 'https://api.aircall.io/v1/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'public_api' },
}
