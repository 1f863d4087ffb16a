import { defineProvider } from '@holdfast/vault-core'

/** Salesloft: scopes stand in the application. */
export const salesloft = /* @__PURE__ */ defineProvider({
  providerId: 'salesloft',
  name: 'Salesloft',
  documentation: 'https://developers.salesloft.com/docs/platform/api-basics/oauth-authentication/',
  authorizationEndpoint: 'https://accounts.salesloft.com/oauth/authorize',
  tokenEndpoint: 'https://accounts.salesloft.com/oauth/token',
  userinfoEndpoint: 'https://api.salesloft.com/v2/me',
  userIdExpression: '{data.id}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'issued',
  apiOrigins: ['https://api.salesloft.com'],
})
