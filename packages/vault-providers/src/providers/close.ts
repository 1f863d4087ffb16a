import { defineProvider } from '@holdfast/vault-core'

/** Close: refresh tokens come with the scope `offline_access`; the answer names user and organization. */
export const close = /* @__PURE__ */ defineProvider({
  providerId: 'close',
  name: 'Close',
  documentation: 'https://developer.close.com/topics/authentication-oauth2/',
  authorizationEndpoint: 'https://app.close.com/oauth2/authorize/',
  tokenEndpoint: 'https://api.close.com/oauth2/token/',
  revocationEndpoint: 'https://api.close.com/oauth2/revoke/',
  userIdExpression: '{user_id}-{organization_id}',
  userIdSource: 'token_response',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'with_offline_access',
  offlineAccess: { scope: 'offline_access' },
  credentialProperties: ['organization_id'],
  apiOrigins: ['https://api.close.com'],
})
