import { defineProvider } from '@holdfast/vault-core'

/** Xero: tokens of half an hour; a used refresh token is forgiven for thirty minutes, and an unused one forgotten after sixty days. */
export const xero = /* @__PURE__ */ defineProvider({
  providerId: 'xero',
  name: 'Xero',
  documentation: 'https://developer.xero.com/documentation/guides/oauth2/auth-flow/',
  authorizationEndpoint: 'https://login.xero.com/identity/connect/authorize',
  tokenEndpoint: 'https://identity.xero.com/connect/token',
  revocationEndpoint: 'https://identity.xero.com/connect/revocation',
  clientAuthentication: 'client_secret_basic',
  refreshTokens: 'with_offline_access',
  offlineAccess: { scope: 'offline_access' },
  rotation: { kind: 'grace', seconds: 1800 },
  refreshTokenIdleLifetimeS: 5_184_000,
  apiOrigins: ['https://api.xero.com'],
})
