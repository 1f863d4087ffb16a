import { defineProvider } from '@holdfast/vault-core'

/** Typeform: refresh tokens come with the scope `offline`, and are good once. */
export const typeform = /* @__PURE__ */ defineProvider({
  providerId: 'typeform',
  name: 'Typeform',
  documentation: 'https://www.typeform.com/developers/get-started/applications/',
  authorizationEndpoint: 'https://api.typeform.com/oauth/authorize',
  tokenEndpoint: 'https://api.typeform.com/oauth/token',
  userinfoEndpoint: 'https://api.typeform.com/me',
  userIdExpression: '{user_id}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'with_offline_access',
  offlineAccess: { scope: 'offline' },
  apiOrigins: ['https://api.typeform.com'],
})
