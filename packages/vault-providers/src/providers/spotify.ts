import { defineProvider } from '@holdfast/vault-core'

/** Spotify: a refresh brings a new refresh token at times, and else the old one stays. */
export const spotify = /* @__PURE__ */ defineProvider({
  providerId: 'spotify',
  name: 'Spotify',
  documentation: 'https://developer.spotify.com/documentation/web-api/tutorials/code-flow',
  authorizationEndpoint: 'https://accounts.spotify.com/authorize',
  tokenEndpoint: 'https://accounts.spotify.com/api/token',
  userinfoEndpoint: 'https://api.spotify.com/v1/me',
  userIdExpression: '{id}',
  clientAuthentication: 'client_secret_basic',
  refreshTokens: 'issued',
  apiOrigins: ['https://api.spotify.com'],
})
