import { linkhut } from '../../src/providers/linkhut.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: linkhut({ clientId: 'app', clientSecret: 'app-secret', scopes: ['posts:read'] }),
  authorization: { client_id: 'app', scope: 'posts:read' },
  token: { access_token: 'first-access', token_type: 'Bearer', expires_in: 2_592_000, refresh_token: 'first-refresh', scope: 'posts:read' },
  tokenRequest: {
    url: 'https://api.ln.ht/v1/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'posts:read', lifetimeS: 2_592_000 },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', expires_in: 2_592_000, refresh_token: 'second-refresh' },
    request: { url: 'https://api.ln.ht/v1/oauth/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
}
