import { yandex } from '../../src/providers/yandex.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: yandex({ clientId: 'app', clientSecret: 'app-secret', scopes: ['login:info'] }),
  authorization: { client_id: 'app', scope: 'login:info' },
  token: {
    access_token: 'first-access',
    token_type: 'Bearer',
    expires_in: 31_536_000,
    refresh_token: 'first-refresh',
    scope: 'login:info',
  },
  userinfo: { id: '1000034426', login: 'alice', default_email: 'alice@example.com' },
  tokenRequest: {
    url: 'https://oauth.yandex.com/token',
    fields: { grant_type: 'authorization_code', code: 'code-1' },
    headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'login:info',
    lifetimeS: 31_536_000,
    accountId: '1000034426',
    label: 'alice',
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 31_536_000, refresh_token: 'second-refresh' },
    request: { url: 'https://oauth.yandex.com/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
  revocation: [
    {
      method: 'POST',
      url: 'https://oauth.yandex.com/revoke_token',
      fields: { access_token: 'first-access' },
      headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' },
    },
  ],
}
