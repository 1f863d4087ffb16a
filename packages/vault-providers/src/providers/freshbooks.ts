import { defineProvider } from '@holdfast/vault-core'

/** FreshBooks: a refresh token is good once; requests are JSON. */
export const freshbooks = /* @__PURE__ */ defineProvider({
  providerId: 'freshbooks',
  name: 'FreshBooks',
  documentation: 'https://www.freshbooks.com/api/authentication',
  authorizationEndpoint: 'https://auth.freshbooks.com/oauth/authorize',
  tokenEndpoint: 'https://api.freshbooks.com/auth/oauth/token',
  revocationEndpoint: 'https://api.freshbooks.com/auth/oauth/revoke',
  clientAuthentication: 'client_secret_post',
  tokenRequestContentType: 'application/json',
  refreshTokens: 'issued',
  apiOrigins: ['https://api.freshbooks.com'],
})
