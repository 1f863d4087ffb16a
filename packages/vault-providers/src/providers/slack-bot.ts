import { defineProvider } from '@holdfast/vault-core'

/** Slack, as the bot of an installed app: the token is the workspace’s. What a user allows for himself is `slack`. */
export const slackBot = /* @__PURE__ */ defineProvider({
  providerId: 'slack-bot',
  name: 'Slack (bot)',
  documentation: 'https://docs.slack.dev/authentication/installing-with-oauth',
  authorizationEndpoint: 'https://slack.com/oauth/v2/authorize',
  tokenEndpoint: 'https://slack.com/api/oauth.v2.access',
  revocation: {
    url: 'https://slack.com/api/auth.revoke',
    tokens: 'access_token',
    token: { in: 'bearer' },
    successField: 'ok',
    unknownToken: ['invalid_auth', 'token_revoked', 'token_expired', 'account_inactive'],
  },
  userIdExpression: '{team.id}',
  userIdSource: 'token_response',
  accountLabelExpression: '{team.name}',
  clientAuthentication: 'client_secret_basic',
  refreshTokens: 'issued',
  scopeSeparator: ',',
  credentialProperties: ['team.id', 'bot_user_id'],
  errorCodes: {
    invalid_refresh_token: 'invalid_grant',
    token_revoked: 'invalid_grant',
    token_expired: 'invalid_grant',
    account_inactive: 'invalid_grant',
    invalid_client_id: 'invalid_client',
    bad_client_secret: 'invalid_client',
    ratelimited: 'temporarily_unavailable',
    internal_error: 'temporarily_unavailable',
  },
  apiOrigins: ['https://slack.com'],
  hooks: { mapTokenResponse: (body) => ({ ...body, token_type: 'Bearer' }) },
})
