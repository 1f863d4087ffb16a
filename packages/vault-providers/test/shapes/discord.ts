import { discord } from '../../src/providers/discord.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: discord({ clientId: 'app', clientSecret: 'app-secret', scopes: ['identify'] }),
  authorization: { client_id: 'app', scope: 'identify' },
  token: { access_token: 'first-access', token_type: 'Bearer', expires_in: 604_800, refresh_token: 'first-refresh', scope: 'identify' },
  userinfo: { id: '80351', username: 'alice' },
  tokenRequest: {
    url: 'https://discord.com/api/oauth2/token',
    fields: { grant_type: 'authorization_code', code: 'code-1' },
    headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'identify',
    lifetimeS: 604_800,
    accountId: '80351',
    label: 'alice',
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 604_800, refresh_token: 'second-refresh' },
    request: { url: 'https://discord.com/api/oauth2/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
  revocation: [{ method: 'POST', url: 'https://discord.com/api/oauth2/token/revoke', fields: { token: 'first-refresh' } }],
}
