import { wordpress } from '../../src/providers/wordpress.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: wordpress({ clientId: 'app', clientSecret: 'app-secret' }),
  authorization: { client_id: 'app' },
  token: { access_token: 'first-access', token_type: 'bearer', blog_id: '123', blog_url: 'https://alice.example.com', scope: '' },
  tokenRequest: {
    url: 'https://public-api.wordpress.com/oauth2/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    accountId: '123',
    label: 'https://alice.example.com',
    properties: { blog_id: '123', blog_url: 'https://alice.example.com' },
  },
}
