import { dropbox } from '../../src/providers/dropbox.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: dropbox({ clientId: 'app', clientSecret: 'app-secret', scopes: ['files.content.read'] }),
  authorization: { client_id: 'app', scope: 'files.content.read', token_access_type: 'offline' },
  token: {
    access_token: 'first-access',
    token_type: 'bearer',
    expires_in: 14_400,
    refresh_token: 'first-refresh',
    scope: 'files.content.read',
    uid: '1',
    account_id: 'dbid:AAH4',
  },
  tokenRequest: {
    url: 'https://api.dropboxapi.com/oauth2/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'files.content.read', lifetimeS: 14_400, accountId: 'dbid:AAH4' },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 14_400 },
    request: { url: 'https://api.dropboxapi.com/oauth2/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
  revocation: [
    { method: 'POST', url: 'https://api.dropboxapi.com/2/auth/token/revoke', headers: { authorization: 'Bearer first-access' } },
  ],
}
