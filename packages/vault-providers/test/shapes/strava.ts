import { strava } from '../../src/providers/strava.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: strava({ clientId: 'app', clientSecret: 'app-secret', scopes: ['read', 'activity:read'] }),
  authorization: { client_id: 'app', scope: 'read,activity:read', approval_prompt: 'auto' },
  token: {
    token_type: 'Bearer',
    expires_at: 1_800_000_000,
    expires_in: 21_600,
    refresh_token: 'first-refresh',
    access_token: 'first-access',
    athlete: { id: 227_615, firstname: 'Alice', lastname: 'Alvarez' },
  },
  tokenRequest: {
    url: 'https://www.strava.com/api/v3/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'read,activity:read',
    lifetimeS: 21_600,
    accountId: '227615',
    label: 'Alice Alvarez',
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 21_600, refresh_token: 'second-refresh' },
    request: { url: 'https://www.strava.com/api/v3/oauth/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
  revocation: [
    { method: 'POST', url: 'https://www.strava.com/oauth/deauthorize', fields: { access_token: 'first-access', client_secret: undefined } },
  ],
}
