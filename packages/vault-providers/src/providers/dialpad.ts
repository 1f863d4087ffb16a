import { defineProvider } from '@holdfast/vault-core'

/** Dialpad: refresh tokens come with the scope `offline_access`. */
export const dialpad = /* @__PURE__ */ defineProvider({
  providerId: 'dialpad',
  name: 'Dialpad',
  documentation: 'https://developers.dialpad.com/docs/oauth2',
  authorizationEndpoint: 'https://dialpad.com/oauth2/authorize',
  tokenEndpoint: 'https://dialpad.com/oauth2/token',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'with_offline_access',
  offlineAccess: { scope: 'offline_access' },
  apiOrigins: ['https://dialpad.com'],
})
