import { defineProvider } from '@holdfast/vault-core'

/** Smartsheet: tokens of a week, with a new refresh token each time. */
export const smartsheet = /* @__PURE__ */ defineProvider({
  providerId: 'smartsheet',
  name: 'Smartsheet',
  documentation: 'https://developers.smartsheet.com/api/smartsheet/guides/advanced-topics/oauth-flow',
  authorizationEndpoint: 'https://app.smartsheet.com/b/authorize',
  tokenEndpoint: 'https://api.smartsheet.com/2.0/token',
  userinfoEndpoint: 'https://api.smartsheet.com/2.0/users/me',
  userIdExpression: '{id}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'issued',
  apiOrigins: ['https://api.smartsheet.com'],
})
