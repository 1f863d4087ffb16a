import { reddit } from '../../src/providers/reddit.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: reddit({ clientId: 'app', clientSecret: 'app-secret', scopes: ['identity'] }),
  authorization: { client_id: 'app', scope: 'identity', duration: 'permanent' },
  token: { access_token: 'first-access', token_type: 'Bearer', expires_in: 86_400, refresh_token: 'first-refresh', scope: 'identity' },
  tokenRequest: {
    url: 'https://www.reddit.com/api/v1/access_token',
    fields: { grant_type: 'authorization_code', code: 'code-1' },
    headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=', 'user-agent': 'web:holdfast:v1' },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'identity', lifetimeS: 86_400 },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 86_400 },
    request: { url: 'https://www.reddit.com/api/v1/access_token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
  revocation: [{ method: 'POST', url: 'https://www.reddit.com/api/v1/revoke_token', fields: { token: 'first-refresh' } }],
}
