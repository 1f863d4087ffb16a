import { figma } from '../../src/providers/figma.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: figma({ clientId: 'app', clientSecret: 'app-secret', scopes: ['current_user:read', 'file_content:read'] }),
  authorization: { client_id: 'app', scope: 'current_user:read,file_content:read' },
  token: {
    user_id_string: '933',
    access_token: 'first-access',
    token_type: 'bearer',
    expires_in: 7_776_000,
    refresh_token: 'first-refresh',
  },
  tokenRequest: {
    url: 'https://api.figma.com/v1/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1' },
    headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'current_user:read,file_content:read',
    lifetimeS: 7_776_000,
    accountId: '933',
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'bearer', expires_in: 7_776_000 },
    request: {
      url: 'https://api.figma.com/v1/oauth/refresh',
      fields: { refresh_token: 'first-refresh' },
      headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' },
    },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
