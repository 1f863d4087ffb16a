import { keycloak } from '../../src/providers/keycloak.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: keycloak({
    clientId: 'app',
    clientSecret: 'app-secret',
    scopes: ['openid', 'email'],
    host: 'id.example.com',
    realm: 'staff',
  }),
  authorization: { client_id: 'app', scope: 'openid email offline_access' },
  token: {
    access_token: 'first-access',
    token_type: 'Bearer',
    expires_in: 300,
    refresh_token: 'first-refresh',
    scope: 'openid email offline_access',
  },
  userinfo: { sub: 'f81d', email: 'alice@example.com' },
  tokenRequest: {
    url: 'https://id.example.com/realms/staff/protocol/openid-connect/token',
    fields: { grant_type: 'authorization_code', code: 'code-1' },
    headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'openid email offline_access',
    lifetimeS: 300,
    accountId: 'f81d',
    label: 'alice@example.com',
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 300, refresh_token: 'second-refresh' },
    request: {
      url: 'https://id.example.com/realms/staff/protocol/openid-connect/token',
      fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' },
    },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
  revocation: [
    { method: 'POST', url: 'https://id.example.com/realms/staff/protocol/openid-connect/revoke', fields: { token: 'first-refresh' } },
  ],
}
