import { anilist } from '../../src/providers/anilist.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: anilist({ clientId: 'app', clientSecret: 'app-secret' }),
  authorization: { client_id: 'app' },
  token: { access_token: 'first-access', token_type: 'Bearer', expires_in: 31_536_000, refresh_token: 'first-refresh' },
  tokenRequest: {
    url: 'https://anilist.co/api/v2/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined },
  },
  credentials: { accessToken: 'first-access', tokenType: 'Bearer', lifetimeS: 31_536_000 },
}
