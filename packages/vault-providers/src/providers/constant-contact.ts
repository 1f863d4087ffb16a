import { defineProvider } from '@holdfast/vault-core'

/** Constant Contact: refresh tokens come with the scope `offline_access`. */
export const constantContact = /* @__PURE__ */ defineProvider({
  providerId: 'constant-contact',
  name: 'Constant Contact',
  documentation: 'https://developer.constantcontact.com/api_guide/server_flow.html',
  authorizationEndpoint: 'https://authz.constantcontact.com/oauth2/default/v1/authorize',
  tokenEndpoint: 'https://authz.constantcontact.com/oauth2/default/v1/token',
  clientAuthentication: 'client_secret_basic',
  refreshTokens: 'with_offline_access',
  offlineAccess: { scope: 'offline_access' },
  apiOrigins: ['https://api.cc.email'],
})
