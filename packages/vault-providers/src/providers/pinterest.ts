import { defineProvider } from '@holdfast/vault-core'

/** Pinterest: scopes with commas; with `continuous_refresh` a refresh token is renewed with each use. */
export const pinterest = /* @__PURE__ */ defineProvider({
  providerId: 'pinterest',
  name: 'Pinterest',
  documentation: 'https://developers.pinterest.com/docs/getting-started/set-up-authentication-and-authorization/',
  authorizationEndpoint: 'https://www.pinterest.com/oauth/',
  tokenEndpoint: 'https://api.pinterest.com/v5/oauth/token',
  userinfoEndpoint: 'https://api.pinterest.com/v5/user_account',
  userIdExpression: '{id}',
  clientAuthentication: 'client_secret_basic',
  tokenRequestParameters: { continuous_refresh: 'true' },
  refreshTokens: 'issued',
  scopeSeparator: ',',
  apiOrigins: ['https://api.pinterest.com'],
})
