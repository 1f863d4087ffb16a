import { trakt } from '../../src/providers/trakt.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: trakt({ clientId: 'app', clientSecret: 'app-secret', scopes: ['public'] }),
  authorization: { client_id: 'app', scope: 'public' },
  token: { access_token: 'first-access', token_type: 'Bearer', expires_in: 86_400, refresh_token: 'first-refresh', scope: 'public' },
  tokenRequest: {
    url: 'https://api.trakt.tv/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined, 'content-type': 'application/json' },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'public', lifetimeS: 86_400 },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 86_400, refresh_token: 'second-refresh' },
    request: { url: 'https://api.trakt.tv/oauth/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
  revocation: [{ method: 'POST', url: 'https://api.trakt.tv/oauth/revoke', fields: { token: 'first-refresh' } }],
}
