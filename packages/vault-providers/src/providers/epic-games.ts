import { defineProvider } from '@holdfast/vault-core'

/** Epic Games: tokens of two hours; the answer names the account. */
export const epicGames = /* @__PURE__ */ defineProvider({
  providerId: 'epic-games',
  name: 'Epic Games',
  documentation: 'https://dev.epicgames.com/docs/epic-account-services/auth/auth-interface',
  authorizationEndpoint: 'https://www.epicgames.com/id/authorize',
  tokenEndpoint: 'https://api.epicgames.dev/epic/oauth/v2/token',
  userIdExpression: '{account_id}',
  userIdSource: 'token_response',
  clientAuthentication: 'client_secret_basic',
  refreshTokens: 'issued',
  apiOrigins: ['https://api.epicgames.dev'],
})
