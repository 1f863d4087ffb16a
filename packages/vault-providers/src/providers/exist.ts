import { defineProvider } from '@holdfast/vault-core'

/** Exist: tokens of a year; a refresh token is good once. */
export const exist = /* @__PURE__ */ defineProvider({
  providerId: 'exist',
  name: 'Exist',
  documentation: 'https://developer.exist.io/guide/oauth2/',
  authorizationEndpoint: 'https://exist.io/oauth2/authorize',
  tokenEndpoint: 'https://exist.io/oauth2/access_token',
  userinfoEndpoint: 'https://exist.io/api/2/accounts/profile/',
  userIdExpression: '{username}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'issued',
  apiOrigins: ['https://exist.io'],
})
