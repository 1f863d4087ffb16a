import { smartsheet } from '../../src/providers/smartsheet.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: smartsheet({ clientId: 'app', clientSecret: 'app-secret', scopes: ['READ_SHEETS'] }),
  authorization: { client_id: 'app', scope: 'READ_SHEETS' },
  token: { access_token: 'first-access', token_type: 'Bearer', expires_in: 604_799, refresh_token: 'first-refresh' },
  userinfo: { id: 48_569, email: 'alice@example.com' },
  tokenRequest: {
    url: 'https://api.smartsheet.com/2.0/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'READ_SHEETS',
    lifetimeS: 604_799,
    accountId: '48569',
    label: 'alice@example.com',
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 604_799, refresh_token: 'second-refresh' },
    request: { url: 'https://api.smartsheet.com/2.0/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
