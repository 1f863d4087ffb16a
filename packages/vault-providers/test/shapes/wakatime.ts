import { wakatime } from '../../src/providers/wakatime.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: wakatime({ clientId: 'app', clientSecret: 'app-secret', scopes: ['email', 'read_stats'] }),
  authorization: { client_id: 'app', scope: 'email,read_stats' },
  token: {
    access_token: 'first-access',
    refresh_token: 'first-refresh',
    uid: '99a1',
    token_type: 'bearer',
    expires_in: 31_536_000,
    scope: 'email,read_stats',
  },
  tokenRequest: {
    url: 'https://wakatime.com/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'email,read_stats', lifetimeS: 31_536_000, accountId: '99a1' },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 31_536_000, refresh_token: 'second-refresh' },
    request: { url: 'https://wakatime.com/oauth/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
  revocation: [{ method: 'POST', url: 'https://wakatime.com/oauth/revoke', fields: { token: 'first-refresh' } }],
}
