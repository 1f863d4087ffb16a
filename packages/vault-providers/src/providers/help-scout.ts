import { defineProvider } from '@holdfast/vault-core'

/** Help Scout: no scopes; tokens of two days. */
export const helpScout = /* @__PURE__ */ defineProvider({
  providerId: 'help-scout',
  name: 'Help Scout',
  documentation: 'https://developer.helpscout.com/mailbox-api/overview/authentication/',
  authorizationEndpoint: 'https://secure.helpscout.net/authentication/authorizeClientApplication',
  tokenEndpoint: 'https://api.helpscout.net/v2/oauth2/token',
  userinfoEndpoint: 'https://api.helpscout.net/v2/users/me',
  userIdExpression: '{id}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'issued',
  apiOrigins: ['https://api.helpscout.net'],
})
