import { ramp } from '../../src/providers/ramp.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: ramp({ clientId: 'app', clientSecret: 'app-secret', scopes: ['users:read'] }),
  authorization: { client_id: 'app', scope: 'users:read' },
  token: { access_token: 'first-access', token_type: 'Bearer', expires_in: 864_000, refresh_token: 'first-refresh', scope: 'users:read' },
  tokenRequest: {
    url: 'https://api.ramp.com/developer/v1/token',
    fields: { grant_type: 'authorization_code', code: 'code-1' },
    headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'users:read', lifetimeS: 864_000 },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 864_000 },
    request: { url: 'https://api.ramp.com/developer/v1/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
  revocation: [{ method: 'POST', url: 'https://api.ramp.com/developer/v1/token/revoke', fields: { token: 'first-refresh' } }],
}
