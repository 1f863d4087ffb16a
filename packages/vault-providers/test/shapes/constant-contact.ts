import { constantContact } from '../../src/providers/constant-contact.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: constantContact({ clientId: 'app', clientSecret: 'app-secret', scopes: ['contact_data'] }),
  authorization: { client_id: 'app', scope: 'contact_data offline_access' },
  token: {
    access_token: 'first-access',
    token_type: 'Bearer',
    expires_in: 86_400,
    refresh_token: 'first-refresh',
    scope: 'contact_data offline_access',
  },
  tokenRequest: {
    url: 'https://authz.constantcontact.com/oauth2/default/v1/token',
    fields: { grant_type: 'authorization_code', code: 'code-1' },
    headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'contact_data offline_access', lifetimeS: 86_400 },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 86_400, refresh_token: 'second-refresh' },
    request: {
      url: 'https://authz.constantcontact.com/oauth2/default/v1/token',
      fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' },
    },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
