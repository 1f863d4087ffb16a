import { defineProvider } from '@holdfast/vault-core'

/** Box: a refresh token is good once, and for sixty days. */
export const box = /* @__PURE__ */ defineProvider({
  providerId: 'box',
  name: 'Box',
  documentation: 'https://developer.box.com/guides/authentication/oauth2/',
  authorizationEndpoint: 'https://account.box.com/api/oauth2/authorize',
  tokenEndpoint: 'https://api.box.com/oauth2/token',
  revocationEndpoint: 'https://api.box.com/oauth2/revoke',
  userinfoEndpoint: 'https://api.box.com/2.0/users/me',
  userIdExpression: '{id}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'issued',
  refreshTokenIdleLifetimeS: 5_184_000,
  apiOrigins: ['https://api.box.com', 'https://upload.box.com'],
})
