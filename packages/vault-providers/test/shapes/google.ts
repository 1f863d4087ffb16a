import { google } from '../../src/providers/google.js'
import type { Shape } from '../fixtures/shape.js'

const scope = 'openid https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/drive.file'

export const shape: Shape = {
  connection: google({
    clientId: 'app',
    clientSecret: 'app-secret',
    scopes: ['openid', 'email', 'https://www.googleapis.com/auth/drive.file'],
  }),
  authorization: {
    access_type: 'offline',
    prompt: 'consent',
    scope: 'openid email https://www.googleapis.com/auth/drive.file',
    code_challenge_method: 'S256',
  },
  token: { access_token: 'ya29.first', expires_in: 3599, refresh_token: '1//first', scope, token_type: 'Bearer', id_token: 'e30.e30.e30' },
  tokenRequest: {
    url: 'https://oauth2.googleapis.com/token',
    fields: { client_id: 'app', client_secret: 'app-secret', grant_type: 'authorization_code' },
    headers: { authorization: undefined },
  },
  userinfo: { sub: '1101', email: 'alice@example.com', email_verified: true },
  credentials: { accessToken: 'ya29.first', tokenType: 'Bearer', scope, lifetimeS: 3599, accountId: '1101', label: 'alice@example.com' },
  refresh: {
    // No new refresh token: the old one stays.
    response: { access_token: 'ya29.second', expires_in: 3599, scope, token_type: 'Bearer' },
    request: { fields: { grant_type: 'refresh_token', refresh_token: '1//first' } },
    credentials: { accessToken: 'ya29.second' },
  },
  refusals: [
    {
      status: 400,
      body: { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' },
      code: 'reauthorization_required',
    },
    { status: 401, body: { error: 'invalid_client', error_description: 'Unauthorized' }, code: 'provider_rejected_client' },
  ],
  revocation: [{ method: 'POST', url: 'https://oauth2.googleapis.com/revoke', fields: { token: '1//first', client_id: undefined } }],
}
