import { hubspot } from '../../src/providers/hubspot.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: hubspot({ clientId: 'app', clientSecret: 'app-secret', scopes: ['crm.objects.contacts.read'] }),
  authorization: { client_id: 'app', scope: 'crm.objects.contacts.read' },
  token: { access_token: 'first-access', token_type: 'Bearer', expires_in: 1800, refresh_token: 'first-refresh' },
  tokenRequest: {
    url: 'https://api.hubapi.com/oauth/v1/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'crm.objects.contacts.read', lifetimeS: 1800 },
  refresh: {
    response: { token_type: 'bearer', refresh_token: 'first-refresh', access_token: 'second-access', expires_in: 1800 },
    request: { url: 'https://api.hubapi.com/oauth/v1/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [
    { status: 400, body: { status: 'BAD_REFRESH_TOKEN', message: 'missing or unknown refresh token' }, code: 'reauthorization_required' },
  ],
}
