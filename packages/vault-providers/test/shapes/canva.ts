import { canva } from '../../src/providers/canva.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: canva({ clientId: 'app', clientSecret: 'app-secret', scopes: ['design:content:read'] }),
  authorization: { client_id: 'app', scope: 'design:content:read' },
  token: {
    access_token: 'first-access',
    token_type: 'Bearer',
    expires_in: 14_400,
    refresh_token: 'first-refresh',
    scope: 'design:content:read',
  },
  userinfo: { team_user: { user_id: 'auDAbliZ', team_id: 'Oi2RJILTrKk0KRhRUZozX' } },
  tokenRequest: {
    url: 'https://api.canva.com/rest/v1/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1' },
    headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'design:content:read', lifetimeS: 14_400, accountId: 'auDAbliZ' },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 14_400, refresh_token: 'second-refresh' },
    request: { url: 'https://api.canva.com/rest/v1/oauth/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
  revocation: [{ method: 'POST', url: 'https://api.canva.com/rest/v1/oauth/revoke', fields: { token: 'first-refresh' } }],
}
