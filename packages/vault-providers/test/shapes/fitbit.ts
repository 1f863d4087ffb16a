import { fitbit } from '../../src/providers/fitbit.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: fitbit({ clientId: 'app', clientSecret: 'app-secret', scopes: ['activity', 'sleep'] }),
  authorization: { client_id: 'app', scope: 'activity sleep' },
  token: {
    access_token: 'first-access',
    expires_in: 28_800,
    refresh_token: 'first-refresh',
    scope: 'activity sleep',
    token_type: 'Bearer',
    user_id: 'GGNJL9',
  },
  tokenRequest: {
    url: 'https://api.fitbit.com/oauth2/token',
    fields: { grant_type: 'authorization_code', code: 'code-1' },
    headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'activity sleep', lifetimeS: 28_800, accountId: 'GGNJL9' },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 28_800, refresh_token: 'second-refresh' },
    request: { url: 'https://api.fitbit.com/oauth2/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
  revocation: [{ method: 'POST', url: 'https://api.fitbit.com/oauth2/revoke', fields: { token: 'first-refresh' } }],
}
