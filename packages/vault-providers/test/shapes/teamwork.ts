import { teamwork } from '../../src/providers/teamwork.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: teamwork({ clientId: 'app', clientSecret: 'app-secret' }),
  authorization: { client_id: 'app' },
  token: {
    access_token: 'first-access',
    installation: { id: 1, name: 'Blue Sky', apiEndPoint: 'https://blue-sky.teamwork.com/' },
    status: 'ok',
    user: { id: '2', email: 'alice@example.com' },
  },
  tokenRequest: {
    url: 'https://www.teamwork.com/launchpad/v1/token.json',
    fields: { grant_type: 'authorization_code', code: 'code-1', client_id: 'app', client_secret: 'app-secret' },
    headers: { authorization: undefined, 'content-type': 'application/json' },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    accountId: '1-2',
    label: 'Blue Sky',
    properties: { 'installation.apiEndPoint': 'https://blue-sky.teamwork.com/' },
  },
}
