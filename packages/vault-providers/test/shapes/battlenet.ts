import { battlenet } from '../../src/providers/battlenet.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: battlenet({ clientId: 'app', clientSecret: 'app-secret', scopes: ['wow.profile'] }),
  authorization: { client_id: 'app', scope: 'wow.profile' },
  token: { access_token: 'first-access', token_type: 'bearer', expires_in: 86_399, scope: 'wow.profile', sub: '12345' },
  tokenRequest: {
    url: 'https://oauth.battle.net/token',
    fields: { grant_type: 'authorization_code', code: 'code-1' },
    headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', scope: 'wow.profile', lifetimeS: 86_399, accountId: '12345' },
}
