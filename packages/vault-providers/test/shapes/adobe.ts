import { adobe } from '../../src/providers/adobe.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: adobe({ clientId: 'app', clientSecret: 'app-secret', scopes: ['openid', 'AdobeID'] }),
  authorization: { client_id: 'app', scope: 'openid,AdobeID,offline_access' },
  token: {
    access_token: 'first-access',
    token_type: 'Bearer',
    expires_in: 86_399,
    refresh_token: 'first-refresh',
    scope: 'openid,AdobeID,offline_access',
  },
  userinfo: { sub: 'A1@AdobeID', email: 'alice@example.com' },
  tokenRequest: {
    url: 'https://ims-na1.adobelogin.com/ims/token/v3',
    fields: { grant_type: 'authorization_code', code: 'code-1' },
    headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'openid,AdobeID,offline_access',
    lifetimeS: 86_399,
    accountId: 'A1@AdobeID',
    label: 'alice@example.com',
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 86_399, refresh_token: 'second-refresh' },
    request: {
      url: 'https://ims-na1.adobelogin.com/ims/token/v3',
      fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' },
    },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
  revocation: [{ method: 'POST', url: 'https://ims-na1.adobelogin.com/ims/revoke', fields: { token: 'first-refresh' } }],
}
