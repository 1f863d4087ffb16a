import { defineProvider } from '@holdfast/vault-core'

/** Gusto: tokens of two hours; a refresh token is good once. */
export const gusto = /* @__PURE__ */ defineProvider({
  providerId: 'gusto',
  name: 'Gusto',
  documentation: 'https://docs.gusto.com/app-integrations/docs/authentication',
  authorizationEndpoint: 'https://api.gusto.com/oauth/authorize',
  tokenEndpoint: 'https://api.gusto.com/oauth/token',
  userinfoEndpoint: 'https://api.gusto.com/v1/me',
  userIdExpression: '{uuid}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'issued',
  apiOrigins: ['https://api.gusto.com'],
})
