import { defineProvider } from '@holdfast/vault-core'

/** Uber: tokens of thirty days. */
export const uber = /* @__PURE__ */ defineProvider({
  providerId: 'uber',
  name: 'Uber',
  documentation: 'https://developer.uber.com/docs/riders/guides/authentication/introduction',
  authorizationEndpoint: 'https://login.uber.com/oauth/v2/authorize',
  tokenEndpoint: 'https://login.uber.com/oauth/v2/token',
  revocationEndpoint: 'https://login.uber.com/oauth/v2/revoke',
  userinfoEndpoint: 'https://api.uber.com/v1.2/me',
  userIdExpression: '{uuid}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'issued',
  apiOrigins: ['https://api.uber.com'],
})
