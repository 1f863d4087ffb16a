import { defineProvider } from '@holdfast/vault-core'

/** Zoom: a refresh token is good once, and for ninety days. */
export const zoom = /* @__PURE__ */ defineProvider({
  providerId: 'zoom',
  name: 'Zoom',
  documentation: 'https://developers.zoom.us/docs/integrations/oauth/',
  authorizationEndpoint: 'https://zoom.us/oauth/authorize',
  tokenEndpoint: 'https://zoom.us/oauth/token',
  revocationEndpoint: 'https://zoom.us/oauth/revoke',
  userinfoEndpoint: 'https://api.zoom.us/v2/users/me',
  userIdExpression: '{id}',
  clientAuthentication: 'client_secret_basic',
  refreshTokens: 'issued',
  refreshTokenIdleLifetimeS: 7_776_000,
  apiOrigins: ['https://api.zoom.us'],
})
