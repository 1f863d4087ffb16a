import { helpScout } from '../../src/providers/help-scout.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: helpScout({ clientId: 'app', clientSecret: 'app-secret' }),
  authorization: { client_id: 'app' },
  token: { access_token: 'first-access', token_type: 'Bearer', expires_in: 172_800, refresh_token: 'first-refresh' },
  userinfo: { id: 4, email: 'alice@example.com' },
  tokenRequest: {
    url: 'https://api.helpscout.net/v2/oauth2/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', lifetimeS: 172_800, accountId: '4', label: 'alice@example.com' },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 172_800, refresh_token: 'second-refresh' },
    request: { url: 'https://api.helpscout.net/v2/oauth2/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
