import { defineProvider } from '@holdfast/vault-core'

/** Linear: scopes with commas; tokens of a day, with a new refresh token each time. */
export const linear = /* @__PURE__ */ defineProvider({
  providerId: 'linear',
  name: 'Linear',
  documentation: 'https://linear.app/developers/oauth-2-0-authentication',
  authorizationEndpoint: 'https://linear.app/oauth/authorize',
  tokenEndpoint: 'https://api.linear.app/oauth/token',
  revocationEndpoint: 'https://api.linear.app/oauth/revoke',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'issued',
  scopeSeparator: ',',
  apiOrigins: ['https://api.linear.app'],
})
