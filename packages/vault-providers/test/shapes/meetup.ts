import { meetup } from '../../src/providers/meetup.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: meetup({ clientId: 'app', clientSecret: 'app-secret', scopes: ['basic'] }),
  authorization: { client_id: 'app', scope: 'basic' },
  token: { access_token: 'first-access', token_type: 'Bearer', expires_in: 3600, refresh_token: 'first-refresh' },
  tokenRequest: {
    url: 'https://secure.meetup.com/oauth2/access',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'basic', lifetimeS: 3600 },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 3600 },
    request: { url: 'https://secure.meetup.com/oauth2/access', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
