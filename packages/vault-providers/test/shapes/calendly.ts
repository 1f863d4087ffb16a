import { calendly } from '../../src/providers/calendly.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: calendly({ clientId: 'app', clientSecret: 'app-secret' }),
  authorization: { client_id: 'app' },
  token: {
    token_type: 'Bearer',
    access_token: 'first-access',
    refresh_token: 'first-refresh',
    scope: 'default',
    created_at: 1_548_689_183,
    expires_in: 7200,
    owner: 'https://api.calendly.com/users/U1',
    organization: 'https://api.calendly.com/organizations/O1',
  },
  tokenRequest: {
    url: 'https://auth.calendly.com/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1' },
    headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    lifetimeS: 7200,
    accountId: 'https://api.calendly.com/users/U1',
    scope: 'default',
    properties: { owner: 'https://api.calendly.com/users/U1', organization: 'https://api.calendly.com/organizations/O1' },
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 7200, refresh_token: 'second-refresh' },
    request: { url: 'https://auth.calendly.com/oauth/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
  revocation: [{ method: 'POST', url: 'https://auth.calendly.com/oauth/revoke', fields: { token: 'first-refresh' } }],
}
