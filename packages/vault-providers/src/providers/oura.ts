import { defineProvider } from '@holdfast/vault-core'

/** Oura: a refresh token is good once. */
export const oura = /* @__PURE__ */ defineProvider({
  providerId: 'oura',
  name: 'Oura',
  documentation: 'https://cloud.ouraring.com/docs/authentication',
  authorizationEndpoint: 'https://cloud.ouraring.com/oauth/authorize',
  tokenEndpoint: 'https://api.ouraring.com/oauth/token',
  userinfoEndpoint: 'https://api.ouraring.com/v2/usercollection/personal_info',
  userIdExpression: '{id}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'issued',
  apiOrigins: ['https://api.ouraring.com'],
})
