import { defineProvider } from '@holdfast/vault-core'

/** Etsy: PKCE is required; the user’s id stands before the dot of each token. */
export const etsy = /* @__PURE__ */ defineProvider({
  providerId: 'etsy',
  name: 'Etsy',
  documentation: 'https://developers.etsy.com/documentation/essentials/authentication',
  authorizationEndpoint: 'https://www.etsy.com/oauth/connect',
  tokenEndpoint: 'https://api.etsy.com/v3/public/oauth/token',
  clientAuthentication: 'client_secret_post',
  pkce: 'required',
  refreshTokens: 'issued',
  refreshTokenIdleLifetimeS: 7_776_000,
  apiOrigins: ['https://api.etsy.com'],
})
