import { sentry } from '../../src/providers/sentry.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: sentry({ clientId: 'app', clientSecret: 'app-secret', scopes: ['org:read', 'project:read'] }),
  authorization: { client_id: 'app', scope: 'org:read project:read' },
  token: {
    access_token: 'first-access',
    refresh_token: 'first-refresh',
    expires_in: 2_591_999,
    expires_at: '2026-12-26T00:00:00Z',
    token_type: 'bearer',
    scope: 'org:read project:read',
    user: { id: '2', name: 'Alice', email: 'alice@example.com' },
  },
  tokenRequest: {
    url: 'https://sentry.io/oauth/token/',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'org:read project:read',
    lifetimeS: 2_591_999,
    accountId: '2',
    label: 'alice@example.com',
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 2_591_999, refresh_token: 'second-refresh' },
    request: { url: 'https://sentry.io/oauth/token/', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
