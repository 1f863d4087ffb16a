import { docusign } from '../../src/providers/docusign.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: docusign({ clientId: 'app', clientSecret: 'app-secret', scopes: ['signature', 'extended'], environment: 'account-d' }),
  authorization: { client_id: 'app', scope: 'signature extended' },
  token: { access_token: 'first-access', token_type: 'Bearer', expires_in: 28_800, refresh_token: 'first-refresh' },
  userinfo: { sub: '564f', email: 'alice@example.com' },
  tokenRequest: {
    url: 'https://account-d.docusign.com/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1' },
    headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'signature extended',
    lifetimeS: 28_800,
    accountId: '564f',
    label: 'alice@example.com',
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 28_800 },
    request: { url: 'https://account-d.docusign.com/oauth/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
