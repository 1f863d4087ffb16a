import { gitlab } from '../../src/providers/gitlab.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: gitlab({ clientId: 'app', clientSecret: 'app-secret', scopes: ['read_api'], host: 'git.example.com' }),
  authorization: { client_id: 'app', scope: 'read_api' },
  token: { access_token: 'first-access', token_type: 'Bearer', expires_in: 7200, refresh_token: 'first-refresh', scope: 'read_api' },
  userinfo: { id: 7, username: 'alice', name: 'Alice' },
  tokenRequest: {
    url: 'https://git.example.com/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'read_api', lifetimeS: 7200, accountId: '7', label: 'alice' },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 7200, refresh_token: 'second-refresh' },
    request: { url: 'https://git.example.com/oauth/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
  revocation: [{ method: 'POST', url: 'https://git.example.com/oauth/revoke', fields: { token: 'first-refresh' } }],
}
