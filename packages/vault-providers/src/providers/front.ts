import { defineProvider } from '@holdfast/vault-core'

/** Front: scopes stand in the application. */
export const front = /* @__PURE__ */ defineProvider({
  providerId: 'front',
  name: 'Front',
  documentation: 'https://dev.frontapp.com/docs/oauth',
  authorizationEndpoint: 'https://app.frontapp.com/oauth/authorize',
  tokenEndpoint: 'https://app.frontapp.com/oauth/token',
  userinfoEndpoint: 'https://api2.frontapp.com/me',
  userIdExpression: '{id}',
  clientAuthentication: 'client_secret_basic',
  refreshTokens: 'issued',
  apiOrigins: ['https://api2.frontapp.com'],
})
