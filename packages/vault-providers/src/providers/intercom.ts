import { defineProvider } from '@holdfast/vault-core'

/** Intercom: scopes stand in the application, and tokens do not end. */
export const intercom = /* @__PURE__ */ defineProvider({
  providerId: 'intercom',
  name: 'Intercom',
  documentation: 'https://developers.intercom.com/docs/build-an-integration/learn-more/authentication/setting-up-oauth',
  authorizationEndpoint: 'https://app.intercom.com/oauth',
  tokenEndpoint: 'https://api.intercom.io/auth/eagle/token',
  userinfoEndpoint: 'https://api.intercom.io/me',
  userIdExpression: '{id}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'none',
  apiOrigins: ['https://api.intercom.io'],
})
