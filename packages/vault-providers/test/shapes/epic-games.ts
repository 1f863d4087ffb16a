import { epicGames } from '../../src/providers/epic-games.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: epicGames({ clientId: 'app', clientSecret: 'app-secret', scopes: ['basic_profile'] }),
  authorization: { client_id: 'app', scope: 'basic_profile' },
  token: {
    scope: 'basic_profile',
    token_type: 'bearer',
    access_token: 'first-access',
    refresh_token: 'first-refresh',
    expires_in: 7200,
    refresh_expires_in: 28_800,
    account_id: '9a1f',
  },
  tokenRequest: {
    url: 'https://api.epicgames.dev/epic/oauth/v2/token',
    fields: { grant_type: 'authorization_code', code: 'code-1' },
    headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'basic_profile', lifetimeS: 7200, accountId: '9a1f' },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 7200, refresh_token: 'second-refresh' },
    request: {
      url: 'https://api.epicgames.dev/epic/oauth/v2/token',
      fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' },
    },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
