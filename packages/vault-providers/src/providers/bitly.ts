import { defineProvider } from '@holdfast/vault-core'

/** Bitly: no scopes, and tokens that do not end; the answer names the user. */
export const bitly = /* @__PURE__ */ defineProvider({
  providerId: 'bitly',
  name: 'Bitly',
  documentation: 'https://dev.bitly.com/docs/getting-started/authentication/',
  authorizationEndpoint: 'https://bitly.com/oauth/authorize',
  tokenEndpoint: 'https://api-ssl.bitly.com/oauth/access_token',
  userIdExpression: '{login}',
  userIdSource: 'token_response',
  accountLabelExpression: '{login}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'none',
  apiOrigins: ['https://api-ssl.bitly.com'],
})
