import { kakao } from '../../src/providers/kakao.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: kakao({ clientId: 'app', clientSecret: 'app-secret', scopes: ['profile_nickname', 'account_email'] }),
  authorization: { client_id: 'app', scope: 'profile_nickname,account_email' },
  token: {
    token_type: 'bearer',
    access_token: 'first-access',
    expires_in: 21_599,
    refresh_token: 'first-refresh',
    refresh_token_expires_in: 5_184_000,
    scope: 'profile_nickname account_email',
  },
  userinfo: { id: 123_456_789 },
  tokenRequest: {
    url: 'https://kauth.kakao.com/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'profile_nickname account_email',
    lifetimeS: 21_599,
    accountId: '123456789',
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 21_599 },
    request: { url: 'https://kauth.kakao.com/oauth/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
