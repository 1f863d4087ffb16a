import { defineProvider } from '@holdfast/vault-core'

/** monday.com: tokens do not end; the API takes them without a word before. */
export const monday = /* @__PURE__ */ defineProvider({
  providerId: 'monday',
  name: 'monday.com',
  documentation: 'https://developer.monday.com/apps/docs/oauth',
  authorizationEndpoint: 'https://auth.monday.com/oauth2/authorize',
  tokenEndpoint: 'https://auth.monday.com/oauth2/token',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'none',
  apiOrigins: ['https://api.monday.com'],
})
