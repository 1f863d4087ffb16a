import { exist } from '../../src/providers/exist.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: exist({ clientId: 'app', clientSecret: 'app-secret', scopes: ['mood_read'] }),
  authorization: { client_id: 'app', scope: 'mood_read' },
  token: { access_token: 'first-access', token_type: 'Bearer', expires_in: 31_535_999, refresh_token: 'first-refresh', scope: 'mood_read' },
  userinfo: { username: 'alice' },
  tokenRequest: {
    url: 'https://exist.io/oauth2/access_token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'mood_read',
    lifetimeS: 31_535_999,
    accountId: 'alice',
    label: 'alice',
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 31_535_999, refresh_token: 'second-refresh' },
    request: { url: 'https://exist.io/oauth2/access_token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
