import { slackBot } from '../../src/providers/slack-bot.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: slackBot({ clientId: 'app', clientSecret: 'app-secret', scopes: ['chat:write', 'channels:read'] }),
  authorization: { client_id: 'app', scope: 'chat:write,channels:read' },
  token: {
    ok: true,
    access_token: 'first-access',
    token_type: 'bot',
    scope: 'chat:write,channels:read',
    bot_user_id: 'B0',
    app_id: 'A0',
    expires_in: 43_200,
    refresh_token: 'first-refresh',
    team: { id: 'T0', name: 'Blue Sky' },
    authed_user: { id: 'U0' },
  },
  tokenRequest: {
    url: 'https://slack.com/api/oauth.v2.access',
    fields: { grant_type: 'authorization_code', code: 'code-1' },
    headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' },
  },
  credentials: {
    accessToken: 'first-access',
    tokenType: 'Bearer',
    scope: 'chat:write,channels:read',
    lifetimeS: 43_200,
    accountId: 'T0',
    label: 'Blue Sky',
    properties: { 'team.id': 'T0', bot_user_id: 'B0' },
  },
  refresh: {
    response: {
      ok: true,
      access_token: 'second-access',
      refresh_token: 'second-refresh',
      expires_in: 43_200,
      token_type: 'bot',
      team: { id: 'T0', name: 'Blue Sky' },
    },
    request: { url: 'https://slack.com/api/oauth.v2.access', fields: { grant_type: 'refresh_token', refresh_token: 'first-refresh' } },
    credentials: { accessToken: 'second-access' },
  },
  refusals: [{ status: 200, body: { ok: false, error: 'invalid_refresh_token' }, code: 'reauthorization_required' }],
  revocation: [{ method: 'POST', url: 'https://slack.com/api/auth.revoke', headers: { authorization: 'Bearer first-access' } }],
}
