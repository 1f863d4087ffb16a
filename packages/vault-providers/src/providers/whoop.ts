import { defineProvider } from '@holdfast/vault-core'

/** WHOOP: refresh tokens come with the scope `offline`. */
export const whoop = /* @__PURE__ */ defineProvider({
  providerId: 'whoop',
  name: 'WHOOP',
  documentation: 'https://developer.whoop.com/docs/developing/oauth/',
  authorizationEndpoint: 'https://api.prod.whoop.com/oauth/oauth2/auth',
  tokenEndpoint: 'https://api.prod.whoop.com/oauth/oauth2/token',
  userinfoEndpoint: 'https://api.prod.whoop.com/developer/v2/user/profile/basic',
  userIdExpression: '{user_id}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'with_offline_access',
  offlineAccess: { scope: 'offline' },
  apiOrigins: ['https://api.prod.whoop.com'],
})
