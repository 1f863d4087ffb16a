import { zendesk } from '../../src/providers/zendesk.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: zendesk({ clientId: 'app', clientSecret: 'app-secret', scopes: ['read'], subdomain: 'blue-sky' }),
  authorization: { client_id: 'app', scope: 'read' },
  token: { access_token: 'first-access', token_type: 'Bearer', expires_in: 172_800, refresh_token: 'first-refresh', scope: 'read' },
  userinfo: { user: { id: 35_436, email: 'alice@example.com' } },
  tokenRequest: {
    url: 'https://blue-sky.zendesk.com/oauth/tokens',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret', expires_in: '172800' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'read', lifetimeS: 172_800, accountId: '35436' },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 172_800, refresh_token: 'second-refresh' },
    request: {
      url: 'https://blue-sky.zendesk.com/oauth/tokens',
      fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh', expires_in: '172800' },
    },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
