import { salesloft } from '../../src/providers/salesloft.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: salesloft({ clientId: 'app', clientSecret: 'app-secret' }),
  authorization: { client_id: 'app' },
  token: { access_token: 'first-access', token_type: 'Bearer', expires_in: 7200, refresh_token: 'first-refresh' },
  userinfo: { data: { id: 9, name: 'Alice' } },
  tokenRequest: {
    url: 'https://accounts.salesloft.com/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', lifetimeS: 7200, accountId: '9' },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 7200, refresh_token: 'second-refresh' },
    request: { url: 'https://accounts.salesloft.com/oauth/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
