import { snowflake } from '../../src/providers/snowflake.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: snowflake({ clientId: 'app', clientSecret: 'app-secret', scopes: ['session:role:ANALYST'], account: 'blue-sky' }),
  authorization: { client_id: 'app', scope: 'session:role:ANALYST refresh_token' },
  token: {
    access_token: 'first-access',
    expires_in: 600,
    refresh_token: 'first-refresh',
    token_type: 'Bearer',
    username: 'ALICE',
    scope: 'refresh_token session:role:ANALYST',
    refresh_token_expires_in: 86_400,
    idpInitiated: false,
  },
  tokenRequest: {
    url: 'https://blue-sky.snowflakecomputing.com/oauth/token-request',
    fields: { grant_type: 'authorization_code', code: 'code-1' },
    headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'refresh_token session:role:ANALYST',
    lifetimeS: 600,
    accountId: 'ALICE',
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 600 },
    request: {
      url: 'https://blue-sky.snowflakecomputing.com/oauth/token-request',
      fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' },
    },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
