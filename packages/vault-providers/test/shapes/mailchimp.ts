import { mailchimp } from '../../src/providers/mailchimp.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: mailchimp({ clientId: 'app', clientSecret: 'app-secret' }),
  authorization: { client_id: 'app' },
  token: { access_token: 'first-access', expires_in: 0, scope: undefined },
  tokenRequest: {
    url: 'https://login.mailchimp.com/oauth2/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer' },
}
