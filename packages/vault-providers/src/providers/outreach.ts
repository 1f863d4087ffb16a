import { defineProvider } from '@holdfast/vault-core'

/** Outreach: a refresh token is good once, and for fourteen days. */
export const outreach = /* @__PURE__ */ defineProvider({
  providerId: 'outreach',
  name: 'Outreach',
  documentation: 'https://developers.outreach.io/api/oauth/',
  authorizationEndpoint: 'https://api.outreach.io/oauth/authorize',
  tokenEndpoint: 'https://api.outreach.io/oauth/token',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'issued',
  refreshTokenIdleLifetimeS: 1_209_600,
  apiOrigins: ['https://api.outreach.io'],
})
