import { twitch } from '../../src/providers/twitch.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: twitch({ clientId: 'app', clientSecret: 'app-secret', scopes: ['user:read:email', 'chat:read'] }),
  authorization: { client_id: 'app', scope: 'user:read:email chat:read' },
  token: {
    access_token: 'first-access',
    token_type: 'bearer',
    expires_in: 14_400,
    refresh_token: 'first-refresh',
    scope: ['user:read:email', 'chat:read'],
  },
  tokenRequest: {
    url: 'https://id.twitch.tv/oauth2/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'user:read:email chat:read', lifetimeS: 14_400 },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 14_400 },
    request: { url: 'https://id.twitch.tv/oauth2/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
  revocation: [{ method: 'POST', url: 'https://id.twitch.tv/oauth2/revoke', fields: { token: 'first-refresh' } }],
}
