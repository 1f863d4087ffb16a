import { osu } from '../../src/providers/osu.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: osu({ clientId: 'app', clientSecret: 'app-secret', scopes: ['identify', 'public'] }),
  authorization: { client_id: 'app', scope: 'identify public' },
  token: {
    access_token: 'first-access',
    token_type: 'Bearer',
    expires_in: 86_400,
    refresh_token: 'first-refresh',
    scope: 'identify public',
  },
  userinfo: { id: 2, username: 'alice' },
  tokenRequest: {
    url: 'https://osu.ppy.sh/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'identify public',
    lifetimeS: 86_400,
    accountId: '2',
    label: 'alice',
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 86_400, refresh_token: 'second-refresh' },
    request: { url: 'https://osu.ppy.sh/oauth/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
