import { defineProvider } from '@holdfast/vault-core'

/** Login with Amazon: tokens of an hour; the refresh token stays. */
export const amazon = /* @__PURE__ */ defineProvider({
  providerId: 'amazon',
  name: 'Amazon',
  documentation: 'https://developer.amazon.com/docs/login-with-amazon/authorization-code-grant.html',
  authorizationEndpoint: 'https://www.amazon.com/ap/oa',
  tokenEndpoint: 'https://api.amazon.com/auth/o2/token',
  userinfoEndpoint: 'https://api.amazon.com/user/profile',
  userIdExpression: '{user_id}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'issued',
  rotation: { kind: 'none' },
  apiOrigins: ['https://api.amazon.com'],
})
