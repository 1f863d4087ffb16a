import { defineProvider } from '@holdfast/vault-core'

/** Ramp: tokens of ten days. */
export const ramp = /* @__PURE__ */ defineProvider({
  providerId: 'ramp',
  name: 'Ramp',
  documentation: 'https://docs.ramp.com/developer-api/v1/authorization',
  authorizationEndpoint: 'https://app.ramp.com/v1/authorize',
  tokenEndpoint: 'https://api.ramp.com/developer/v1/token',
  revocationEndpoint: 'https://api.ramp.com/developer/v1/token/revoke',
  clientAuthentication: 'client_secret_basic',
  refreshTokens: 'issued',
  apiOrigins: ['https://api.ramp.com'],
})
