import { defineProvider } from '@holdfast/vault-core'

/** Patreon: tokens of a month, with a new refresh token each time. */
export const patreon = /* @__PURE__ */ defineProvider({
  providerId: 'patreon',
  name: 'Patreon',
  documentation: 'https://docs.patreon.com/#oauth',
  authorizationEndpoint: 'https://www.patreon.com/oauth2/authorize',
  tokenEndpoint: 'https://www.patreon.com/api/oauth2/token',
  userinfoEndpoint: 'https://www.patreon.com/api/oauth2/v2/identity',
  userIdExpression: '{data.id}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'issued',
  apiOrigins: ['https://www.patreon.com'],
})
