import { defineProvider } from '@holdfast/vault-core'

/** Copper: one scope, and tokens that do not end. */
export const copper = /* @__PURE__ */ defineProvider({
  providerId: 'copper',
  name: 'Copper',
  documentation: 'https://developer.copper.com/introduction/oauth.html',
  authorizationEndpoint: 'https://app.copper.com/oauth/authorize',
  tokenEndpoint: 'https://app.copper.com/oauth/token',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'none',
  defaultScopes: ['developer/v1/all'],
  apiOrigins: ['https://api.copper.com'],
})
