import { webflow } from '../../src/providers/webflow.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: webflow({ clientId: 'app', clientSecret: 'app-secret', scopes: ['sites:read'] }),
  authorization: { client_id: 'app', scope: 'sites:read' },
  token: { access_token: 'first-access', token_type: 'Bearer', scope: 'sites:read' },
  userinfo: { id: '545b', email: 'alice@example.com' },
  tokenRequest: {
    url: 'https://api.webflow.com/oauth/access_token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'sites:read', accountId: '545b', label: 'alice@example.com' },
  revocation: [{ method: 'POST', url: 'https://webflow.com/oauth/revoke_authorization', fields: { token: 'first-access' } }],
}
