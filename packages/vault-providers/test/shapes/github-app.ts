import { githubApp } from '../../src/providers/github-app.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: githubApp({ clientId: 'app', clientSecret: 'app-secret' }),
  authorization: { client_id: 'app' },
  token: {
    access_token: 'first-access',
    expires_in: 28_800,
    refresh_token: 'first-refresh',
    refresh_token_expires_in: 15_897_600,
    scope: '',
    token_type: 'bearer',
  },
  userinfo: { id: 583_231, login: 'alice' },
  tokenRequest: {
    url: 'https://github.com/login/oauth/access_token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', lifetimeS: 28_800, accountId: '583231', label: 'alice' },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 28_800, refresh_token: 'second-refresh' },
    request: {
      url: 'https://github.com/login/oauth/access_token',
      fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' },
    },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [
    {
      status: 200,
      body: { error: 'bad_refresh_token', error_description: 'The refresh token passed is incorrect or expired.' },
      code: 'reauthorization_required',
    },
    { status: 200, body: { error: 'incorrect_client_credentials' }, code: 'provider_rejected_client' },
  ],
}
