import { gorgias } from '../../src/providers/gorgias.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: gorgias({ clientId: 'app', clientSecret: 'app-secret', scopes: ['openid'], subdomain: 'blue-sky' }),
  authorization: { client_id: 'app', scope: 'openid offline' },
  token: {
    access_token: 'first-access',
    token_type: 'Bearer',
    expires_in: 86_400,
    refresh_token: 'first-refresh',
    scope: 'openid offline',
  },
  tokenRequest: {
    url: 'https://blue-sky.gorgias.com/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1' },
    headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'openid offline', lifetimeS: 86_400 },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 86_400, refresh_token: 'second-refresh' },
    request: { url: 'https://blue-sky.gorgias.com/oauth/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
