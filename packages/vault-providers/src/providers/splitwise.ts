import { defineProvider } from '@holdfast/vault-core'

/** Splitwise: no scopes, and tokens that do not end. */
export const splitwise = /* @__PURE__ */ defineProvider({
  providerId: 'splitwise',
  name: 'Splitwise',
  documentation: 'https://dev.splitwise.com/#section/Authentication',
  authorizationEndpoint: 'https://secure.splitwise.com/oauth/authorize',
  tokenEndpoint: 'https://secure.splitwise.com/oauth/token',
  userinfoEndpoint: 'https://secure.splitwise.com/api/v3.0/get_current_user',
  userIdExpression: '{user.id}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'none',
  apiOrigins: ['https://secure.splitwise.com'],
})
