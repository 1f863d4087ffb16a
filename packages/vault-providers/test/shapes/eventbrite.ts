import { eventbrite } from '../../src/providers/eventbrite.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: eventbrite({ clientId: 'app', clientSecret: 'app-secret' }),
  authorization: { client_id: 'app' },
  token: { access_token: 'first-access', token_type: 'Bearer' },
  userinfo: { id: '163054', name: 'Alice' },
  tokenRequest: {
    url: 'https://www.eventbrite.com/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', accountId: '163054', label: 'Alice' },
}
