import { defineProvider } from '@holdfast/vault-core'

/** Polar AccessLink: tokens live for years, without a refresh token; the answer names the user. */
export const polar = /* @__PURE__ */ defineProvider({
  providerId: 'polar',
  name: 'Polar',
  documentation: 'https://www.polar.com/accesslink-api/',
  authorizationEndpoint: 'https://flow.polar.com/oauth2/authorization',
  tokenEndpoint: 'https://polarremote.com/v2/oauth2/token',
  userIdExpression: '{x_user_id}',
  userIdSource: 'token_response',
  clientAuthentication: 'client_secret_basic',
  refreshTokens: 'none',
  apiOrigins: ['https://www.polaraccesslink.com'],
})
