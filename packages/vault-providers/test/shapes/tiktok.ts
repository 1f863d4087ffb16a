import { tiktok } from '../../src/providers/tiktok.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: tiktok({ clientId: 'app', clientSecret: 'app-secret', scopes: ['user.info.basic', 'video.list'] }),
  authorization: { client_key: 'app', scope: 'user.info.basic,video.list' },
  token: {
    access_token: 'first-access',
    expires_in: 86_400,
    open_id: '723f',
    refresh_expires_in: 31_536_000,
    refresh_token: 'first-refresh',
    scope: 'user.info.basic,video.list',
    token_type: 'Bearer',
  },
  tokenRequest: {
    url: 'https://open.tiktokapis.com/v2/oauth/token/',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_key: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'user.info.basic,video.list',
    lifetimeS: 86_400,
    accountId: '723f',
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 86_400, refresh_token: 'second-refresh' },
    request: {
      url: 'https://open.tiktokapis.com/v2/oauth/token/',
      fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh', client_key: 'app' },
    },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
  revocation: [{ method: 'POST', url: 'https://open.tiktokapis.com/v2/oauth/revoke/', fields: { token: 'first-refresh' } }],
}
