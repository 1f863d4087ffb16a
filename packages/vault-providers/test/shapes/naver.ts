import { naver } from '../../src/providers/naver.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: naver({ clientId: 'app', clientSecret: 'app-secret' }),
  authorization: { client_id: 'app' },
  token: { access_token: 'first-access', refresh_token: 'first-refresh', token_type: 'bearer', expires_in: '3600' },
  userinfo: { resultcode: '00', response: { id: 'n-1', email: 'alice@example.com' } },
  tokenRequest: {
    url: 'https://nid.naver.com/oauth2.0/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', lifetimeS: 3600, accountId: 'n-1' },
  refresh: {
    response: { access_token: 'second-access', token_type: 'bearer', expires_in: '3600' },
    request: { url: 'https://nid.naver.com/oauth2.0/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 200, body: { error: 'invalid_grant', error_description: 'expired' }, code: 'reauthorization_required' }],
}
