import { defineProvider } from '@holdfast/vault-core'

/** Aircall: one scope, and tokens that do not end. */
export const aircall = /* @__PURE__ */ defineProvider({
  providerId: 'aircall',
  name: 'Aircall',
  documentation: 'https://developer.aircall.io/tutorials/basics-of-oauth/',
  authorizationEndpoint: 'https://dashboard.aircall.io/oauth/authorize',
  tokenEndpoint: 'https://api.aircall.io/v1/oauth/token',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'none',
  defaultScopes: ['public_api'],
  apiOrigins: ['https://api.aircall.io'],
})
