import { atlassian } from '../../src/providers/atlassian.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: atlassian({ clientId: 'app', clientSecret: 'app-secret', scopes: ['read:jira-work'] }),
  authorization: { client_id: 'app', scope: 'read:jira-work offline_access', audience: 'api.atlassian.com', prompt: 'consent' },
  token: {
    access_token: 'first-access',
    token_type: 'Bearer',
    expires_in: 3600,
    refresh_token: 'first-refresh',
    scope: 'read:jira-work offline_access',
  },
  userinfo: { account_id: '5b10a', email: 'alice@example.com' },
  tokenRequest: {
    url: 'https://auth.atlassian.com/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'read:jira-work offline_access',
    lifetimeS: 3600,
    accountId: '5b10a',
    label: 'alice@example.com',
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 3600, refresh_token: 'second-refresh' },
    request: { url: 'https://auth.atlassian.com/oauth/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
