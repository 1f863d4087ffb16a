import { basecamp } from '../../src/providers/basecamp.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: basecamp({ clientId: 'app', clientSecret: 'app-secret' }),
  authorization: { client_id: 'app', type: 'web_server' },
  token: { access_token: 'first-access', token_type: 'Bearer', expires_in: 1_209_600, refresh_token: 'first-refresh' },
  userinfo: { identity: { id: 9_999_999, email_address: 'alice@example.com' } },
  tokenRequest: {
    url: 'https://launchpad.37signals.com/authorization/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret', type: 'web_server' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', lifetimeS: 1_209_600, accountId: '9999999' },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 1_209_600 },
    request: {
      url: 'https://launchpad.37signals.com/authorization/token',
      fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh', type: 'refresh' },
    },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
