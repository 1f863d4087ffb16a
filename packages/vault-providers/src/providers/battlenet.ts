import { defineProvider } from '@holdfast/vault-core'

/** Battle.net: tokens of a day, without refresh tokens; the answer names the user. */
export const battlenet = /* @__PURE__ */ defineProvider({
  providerId: 'battlenet',
  name: 'Battle.net',
  documentation: 'https://develop.battle.net/documentation/guides/using-oauth/authorization-code-flow',
  authorizationEndpoint: 'https://oauth.battle.net/authorize',
  tokenEndpoint: 'https://oauth.battle.net/token',
  userIdExpression: '{sub}',
  userIdSource: 'token_response',
  clientAuthentication: 'client_secret_basic',
  refreshTokens: 'none',
  apiOrigins: ['https://eu.api.blizzard.com', 'https://us.api.blizzard.com', 'https://kr.api.blizzard.com'],
})
