import { miro } from '../../src/providers/miro.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: miro({ clientId: 'app', clientSecret: 'app-secret', scopes: ['boards:read'] }),
  authorization: { client_id: 'app', scope: 'boards:read' },
  token: {
    user_id: '3074',
    refresh_token: 'first-refresh',
    access_token: 'first-access',
    scope: 'boards:read',
    team_id: 't-1',
    expires_in: 3599,
    token_type: 'bearer',
  },
  tokenRequest: {
    url: 'https://api.miro.com/v1/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'boards:read',
    lifetimeS: 3599,
    accountId: 't-1-3074',
    properties: { team_id: 't-1' },
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 3599, refresh_token: 'second-refresh' },
    request: { url: 'https://api.miro.com/v1/oauth/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
