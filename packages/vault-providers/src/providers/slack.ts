import { defineProvider } from '@holdfast/vault-core'

/**
 * Slack, for what a user allows (`user_scope`): the user's token stands in `authed_user`. With token rotation switched on in the application it
 * ends after 12 hours. A bot's token is what `slackBot` connects.
 */
export const slack = /* @__PURE__ */ defineProvider({
  providerId: 'slack',
  name: 'Slack',
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
  clientAuthentication: 'client_secret_basic',
  refreshTokens: 'issued',
  rotation: { kind: 'strict' },
  scopeSeparator: ',',
  credentialProperties: ['team.id', 'team.name', 'authed_user.id'],
  userIdSource: 'token_response',
  userIdExpression: '{team.id}-{authed_user.id}',
  accountLabelExpression: '{team.name}',
  errorCodes: {
    invalid_refresh_token: 'invalid_grant',
    token_revoked: 'invalid_grant',
    token_expired: 'invalid_grant',
    invalid_code: 'invalid_grant',
    code_already_used: 'invalid_grant',
    account_inactive: 'invalid_grant',
    invalid_client_id: 'invalid_client',
    bad_client_secret: 'invalid_client',
    ratelimited: 'temporarily_unavailable',
    internal_error: 'temporarily_unavailable',
  },
  apiOrigins: ['https://slack.com'],
  hooks: {
    mapTokenResponse: ({ authed_user: user, ...rest }) => (typeof user === 'object' ? { ...user, token_type: 'Bearer' } : rest),
    // The answer to a refresh of a user's token is flat, and of type `user`.
    mapRefreshResponse: (body) => ({ ...body, token_type: 'Bearer' }),
  },
})
