import { surveymonkey } from '../../src/providers/surveymonkey.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: surveymonkey({ clientId: 'app', clientSecret: 'app-secret' }),
  authorization: { client_id: 'app' },
  token: { access_token: 'first-access', expires_in: undefined, access_url: 'https://api.eu.surveymonkey.com', token_type: 'bearer' },
  userinfo: { id: '1234', username: 'alice' },
  tokenRequest: {
    url: 'https://api.surveymonkey.com/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    accountId: '1234',
    label: 'alice',
    properties: { access_url: 'https://api.eu.surveymonkey.com' },
  },
}
