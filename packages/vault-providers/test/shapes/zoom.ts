import { zoom } from '../../src/providers/zoom.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: zoom({ clientId: 'app', clientSecret: 'app-secret' }),
  authorization: { client_id: 'app' },
  token: {
    access_token: 'first-access',
    token_type: 'bearer',
    refresh_token: 'first-refresh',
    expires_in: 3599,
    scope: 'user:read:user',
    api_url: 'https://api.zoom.us',
  },
  userinfo: { id: 'z8dsdsdsdsdCfp8uQ', email: 'alice@example.com' },
  tokenRequest: {
    url: 'https://zoom.us/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1' },
    headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    lifetimeS: 3599,
    accountId: 'z8dsdsdsdsdCfp8uQ',
    label: 'alice@example.com',
    scope: 'user:read:user',
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 3599, refresh_token: 'second-refresh' },
    request: { url: 'https://zoom.us/oauth/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
  revocation: [{ method: 'POST', url: 'https://zoom.us/oauth/revoke', fields: { token: 'first-refresh' } }],
}
