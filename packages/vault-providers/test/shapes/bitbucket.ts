import { bitbucket } from '../../src/providers/bitbucket.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: bitbucket({ clientId: 'app', clientSecret: 'app-secret', scopes: ['account'] }),
  authorization: { client_id: 'app', scope: 'account' },
  token: { access_token: 'first-access', token_type: 'Bearer', expires_in: 7200, refresh_token: 'first-refresh', scope: 'account' },
  userinfo: { uuid: '{u-1}', username: 'alice' },
  tokenRequest: {
    url: 'https://bitbucket.org/site/oauth2/access_token',
    fields: { grant_type: 'authorization_code', code: 'code-1' },
    headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'account', lifetimeS: 7200, accountId: '{u-1}', label: 'alice' },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 7200 },
    request: {
      url: 'https://bitbucket.org/site/oauth2/access_token',
      fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' },
    },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
