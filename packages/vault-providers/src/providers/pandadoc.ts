import { defineProvider } from '@holdfast/vault-core'

/** PandaDoc: tokens of a year. */
export const pandadoc = /* @__PURE__ */ defineProvider({
  providerId: 'pandadoc',
  name: 'PandaDoc',
  documentation: 'https://developers.pandadoc.com/reference/authentication-process',
  authorizationEndpoint: 'https://app.pandadoc.com/oauth2/authorize',
  tokenEndpoint: 'https://api.pandadoc.com/oauth2/access_token',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'issued',
  apiOrigins: ['https://api.pandadoc.com'],
})
