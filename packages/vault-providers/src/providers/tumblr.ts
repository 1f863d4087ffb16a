import { defineProvider } from '@holdfast/vault-core'

/** Tumblr: refresh tokens come with the scope `offline_access`. */
export const tumblr = /* @__PURE__ */ defineProvider({
  providerId: 'tumblr',
  name: 'Tumblr',
  documentation: 'https://www.tumblr.com/docs/en/api/v2#oauth2-authorization',
  authorizationEndpoint: 'https://www.tumblr.com/oauth2/authorize',
  tokenEndpoint: 'https://api.tumblr.com/v2/oauth2/token',
  userinfoEndpoint: 'https://api.tumblr.com/v2/user/info',
  userIdExpression: '{response.user.name}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'with_offline_access',
  offlineAccess: { scope: 'offline_access' },
  apiOrigins: ['https://api.tumblr.com'],
})
