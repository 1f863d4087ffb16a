import { slack } from '../../src/providers/slack.js'
import type { Shape } from '../fixtures/shape.js'

export const shape: Shape = {
  connection: slack({ clientId: 'app', clientSecret: 'app-secret', defaultConnectionProperties: { user_scope: 'search:read,users:read' } }),
  authorization: { user_scope: 'search:read,users:read', scope: undefined },
  token: {
    ok: true,
    app_id: 'A0',
    team: { id: 'T0', name: 'Blue Sky' },
    enterprise: null,
    is_enterprise_install: false,
    authed_user: {
      id: 'U0',
      scope: 'search:read,users:read',
      access_token: 'xoxe.xoxp-first',
      refresh_token: 'xoxe-first',
      expires_in: 43_200,
      token_type: 'user',
    },
  },
  tokenRequest: { url: 'https://slack.com/api/oauth.v2.access', headers: { authorization: 'Basic YXBwOmFwcC1zZWNyZXQ=' } },
  credentials: {
    accessToken: 'xoxe.xoxp-first',
    tokenType: 'Bearer',
    scope: 'search:read,users:read',
    lifetimeS: 43_200,
    accountId: 'T0-U0',
    label: 'Blue Sky',
    properties: { 'team.id': 'T0', 'team.name': 'Blue Sky', 'authed_user.id': 'U0' },
  },
  refresh: {
    response: {
      ok: true,
      access_token: 'xoxe.xoxp-second',
      refresh_token: 'xoxe-second',
      expires_in: 43_200,
      token_type: 'user',
      user_id: 'U0',
      scope: 'search:read,users:read',
      team: { id: 'T0', name: 'Blue Sky' },
    },
    request: { fields: { grant_type: 'refresh_token', refresh_token: 'xoxe-first' } },
    credentials: { accessToken: 'xoxe.xoxp-second', tokenType: 'Bearer' },
  },
  refusals: [
    { status: 200, body: { ok: false, error: 'invalid_refresh_token' }, code: 'reauthorization_required' },
    { status: 200, body: { ok: false, error: 'internal_error' }, code: 'provider_unavailable' },
    { status: 200, body: { ok: false, error: 'bad_client_secret' }, code: 'provider_rejected_client' },
  ],
  revocation: [
    {
      method: 'POST',
      url: 'https://slack.com/api/auth.revoke',
      headers: { authorization: 'Bearer xoxe.xoxp-first' },
      fields: { token: undefined },
    },
  ],
}
