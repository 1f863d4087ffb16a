import { defineProvider } from '@holdfast/vault-core'

/** Adobe: refresh tokens come with the scope `offline_access`. */
export const adobe = /* @__PURE__ */ defineProvider({
  providerId: 'adobe',
  name: 'Adobe',
  documentation: 'https://developer.adobe.com/developer-console/docs/guides/authentication/UserAuthentication/',
  authorizationEndpoint: 'https://ims-na1.adobelogin.com/ims/authorize/v2',
  tokenEndpoint: 'https://ims-na1.adobelogin.com/ims/token/v3',
  revocationEndpoint: 'https://ims-na1.adobelogin.com/ims/revoke',
  userinfoEndpoint: 'https://ims-na1.adobelogin.com/ims/userinfo/v2',
  clientAuthentication: 'client_secret_basic',
  refreshTokens: 'with_offline_access',
  offlineAccess: { scope: 'offline_access' },
  scopeSeparator: ',',
  apiOrigins: ['https://ims-na1.adobelogin.com'],
})
