import { defineProvider } from '@holdfast/vault-core'

/** Fitbit: tokens of eight hours; the answer names the user; a refresh token is good once. */
export const fitbit = /* @__PURE__ */ defineProvider({
  providerId: 'fitbit',
  name: 'Fitbit',
  documentation: 'https://dev.fitbit.com/build/reference/web-api/developer-guide/authorization/',
  authorizationEndpoint: 'https://www.fitbit.com/oauth2/authorize',
  tokenEndpoint: 'https://api.fitbit.com/oauth2/token',
  revocationEndpoint: 'https://api.fitbit.com/oauth2/revoke',
  userIdExpression: '{user_id}',
  userIdSource: 'token_response',
  clientAuthentication: 'client_secret_basic',
  refreshTokens: 'issued',
  apiOrigins: ['https://api.fitbit.com'],
})
