import { defineProvider } from '@holdfast/vault-core'

/** Trakt: JSON requests; a refresh token is good once. */
export const trakt = /* @__PURE__ */ defineProvider({
  providerId: 'trakt',
  name: 'Trakt',
  documentation: 'https://trakt.docs.apiary.io/#reference/authentication-oauth',
  authorizationEndpoint: 'https://trakt.tv/oauth/authorize',
  tokenEndpoint: 'https://api.trakt.tv/oauth/token',
  revocationEndpoint: 'https://api.trakt.tv/oauth/revoke',
  clientAuthentication: 'client_secret_post',
  tokenRequestContentType: 'application/json',
  refreshTokens: 'issued',
  apiOrigins: ['https://api.trakt.tv'],
})
