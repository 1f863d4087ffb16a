import { notion } from '../../src/providers/notion.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: notion({ clientId: 'app', clientSecret: 'app-secret' }),
  authorization: { client_id: 'app', owner: 'user' },
  token: {
    access_token: 'first-access',
    refresh_token: 'first-refresh',
    token_type: 'bearer',
    bot_id: 'b-1',
    workspace_id: 'w-1',
    workspace_name: 'Blue Sky',
    owner: { type: 'user', user: { object: 'user', id: 'u-1' } },
  },
  tokenRequest: {
    url: 'https://api.notion.com/v1/oauth/token',
    fields: { grant_type: 'authorization_code', code: 'code-1' },
    headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=', 'content-type': 'application/json' },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    accountId: 'w-1-u-1',
    label: 'Blue Sky',
    properties: { workspace_id: 'w-1', bot_id: 'b-1' },
  },
  refresh: {
    response: { access_token: 'second-access', token_type: 'Bearer', refresh_token: 'second-refresh' },
    request: { url: 'https://api.notion.com/v1/oauth/token', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 400, body: { error: 'invalid_grant' }, code: 'reauthorization_required' }],
  revocation: [
    {
      method: 'POST',
      url: 'https://api.notion.com/v1/oauth/revoke',
      fields: { token: 'first-refresh' },
      headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=', 'content-type': 'application/json' },
    },
  ],
}
