import { defineProvider } from '@holdfast/vault-core'

/** Gorgias: at the address of its customer, with the scope `offline` for refresh tokens. */
export const gorgias = /* @__PURE__ */ defineProvider({
  providerId: 'gorgias',
  name: 'Gorgias',
  documentation: 'https://developers.gorgias.com/docs/oauth2-authentication',
  authorizationEndpoint: 'https://{subdomain}.gorgias.com/oauth/authorize',
  tokenEndpoint: 'https://{subdomain}.gorgias.com/oauth/token',
  variables: { subdomain: { kind: 'label', description: 'the first part of the address of the helpdesk' } },
  clientAuthentication: 'client_secret_basic',
  refreshTokens: 'with_offline_access',
  offlineAccess: { scope: 'offline' },
  apiOrigins: ['https://{subdomain}.gorgias.com'],
})
