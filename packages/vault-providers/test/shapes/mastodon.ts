import { mastodon } from '../../src/providers/mastodon.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: mastodon({ clientId: 'app', clientSecret: 'app-secret', scopes: ['read'], server: 'social.example.com' }),
  authorization: { client_id: 'app', scope: 'read' },
  token: { access_token: 'first-access', token_type: 'Bearer', scope: 'read', created_at: 1_573_979_017 },
  userinfo: { id: '14715', username: 'alice' },
  tokenRequest: {
    url: 'https://social.example.com/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'read', accountId: '14715', label: 'alice' },
  revocation: [{ method: 'POST', url: 'https://social.example.com/oauth/revoke', fields: { token: 'first-access' } }],
}
