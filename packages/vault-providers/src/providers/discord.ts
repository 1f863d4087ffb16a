import { defineProvider } from '@holdfast/vault-core'

/** Discord: tokens live a week, and a refresh brings a new refresh token. */
export const discord = /* @__PURE__ */ defineProvider({
  providerId: 'discord',
  name: 'Discord',
  documentation: 'https://discord.com/developers/docs/topics/oauth2',
  authorizationEndpoint: 'https://discord.com/oauth2/authorize',
  tokenEndpoint: 'https://discord.com/api/oauth2/token',
  revocationEndpoint: 'https://discord.com/api/oauth2/token/revoke',
  userinfoEndpoint: 'https://discord.com/api/users/@me',
  userIdExpression: '{id}',
  clientAuthentication: 'client_secret_basic',
  refreshTokens: 'issued',
  apiOrigins: ['https://discord.com'],
})
