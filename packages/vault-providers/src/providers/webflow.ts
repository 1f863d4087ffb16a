import { defineProvider } from '@holdfast/vault-core'

/** Webflow: tokens that do not end. */
export const webflow = /* @__PURE__ */ defineProvider({
  providerId: 'webflow',
  name: 'Webflow',
  documentation: 'https://developers.webflow.com/data/reference/oauth-app',
  authorizationEndpoint: 'https://webflow.com/oauth/authorize',
  tokenEndpoint: 'https://api.webflow.com/oauth/access_token',
  revocationEndpoint: 'https://webflow.com/oauth/revoke_authorization',
  userinfoEndpoint: 'https://api.webflow.com/v2/token/authorized_by',
  userIdExpression: '{id}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'none',
  apiOrigins: ['https://api.webflow.com'],
})
