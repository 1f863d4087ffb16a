import { defineProvider } from '@holdfast/vault-core'

/** Dribbble: tokens that do not end. */
export const dribbble = /* @__PURE__ */ defineProvider({
  providerId: 'dribbble',
  name: 'Dribbble',
  documentation: 'https://developer.dribbble.com/v2/oauth/',
  authorizationEndpoint: 'https://dribbble.com/oauth/authorize',
  tokenEndpoint: 'https://dribbble.com/oauth/token',
  userinfoEndpoint: 'https://api.dribbble.com/v2/user',
  userIdExpression: '{id}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'none',
  apiOrigins: ['https://api.dribbble.com'],
})
