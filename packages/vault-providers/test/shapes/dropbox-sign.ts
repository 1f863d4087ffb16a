import { dropboxSign } from '../../src/providers/dropbox-sign.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: dropboxSign({ clientId: 'app', clientSecret: 'app-secret' }),
  authorization: { client_id: 'app' },
  token: { access_token: 'first-access', token_type: 'Bearer', expires_in: 86_400, refresh_token: 'first-refresh' },
  userinfo: { account: { account_id: '5008', email_address: 'alice@example.com' } },
  tokenRequest: {
    url: 'https://app.hellosign.com/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', lifetimeS: 86_400, accountId: '5008' },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 86_400 },
    request: { url: 'https://app.hellosign.com/oauth/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
