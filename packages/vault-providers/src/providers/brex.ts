import { defineProvider } from '@holdfast/vault-core'

/** Brex: refresh tokens come with the scope `offline_access`. */
export const brex = /* @__PURE__ */ defineProvider({
  providerId: 'brex',
  name: 'Brex',
  documentation: 'https://developer.brex.com/docs/authentication/',
  authorizationEndpoint: 'https://accounts-api.brex.com/oauth2/default/v1/authorize',
  tokenEndpoint: 'https://accounts-api.brex.com/oauth2/default/v1/token',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'with_offline_access',
  offlineAccess: { scope: 'offline_access' },
  apiOrigins: ['https://platform.brexapis.com'],
})
