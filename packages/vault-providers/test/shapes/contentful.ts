import { contentful } from '../../src/providers/contentful.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: contentful({ clientId: 'app', clientSecret: 'app-secret', scopes: ['content_management_read'] }),
  authorization: { client_id: 'app', scope: 'content_management_read' },
  token: {
    access_token: 'first-access',
    token_type: 'Bearer',
    expires_in: 2_592_000,
    refresh_token: 'first-refresh',
    scope: 'content_management_read',
  },
  userinfo: { sys: { id: '7Bs' }, email: 'alice@example.com' },
  tokenRequest: {
    url: 'https://be.contentful.com/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'content_management_read',
    lifetimeS: 2_592_000,
    accountId: '7Bs',
    label: 'alice@example.com',
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 2_592_000, refresh_token: 'second-refresh' },
    request: { url: 'https://be.contentful.com/oauth/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
