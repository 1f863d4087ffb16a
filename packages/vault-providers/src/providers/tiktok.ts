import { defineProvider } from '@holdfast/vault-core'

/** TikTok: the client id is called `client_key`, scopes have commas, and tokens live a day. */
export const tiktok = /* @__PURE__ */ defineProvider({
  providerId: 'tiktok',
  name: 'TikTok',
  documentation: 'https://developers.tiktok.com/doc/oauth-user-access-token-management',
  authorizationEndpoint: 'https://www.tiktok.com/v2/auth/authorize/',
  tokenEndpoint: 'https://open.tiktokapis.com/v2/oauth/token/',
  revocationEndpoint: 'https://open.tiktokapis.com/v2/oauth/revoke/',
  userIdExpression: '{open_id}',
  userIdSource: 'token_response',
  clientAuthentication: 'client_secret_post',
  clientIdParameter: 'client_key',
  refreshTokens: 'issued',
  scopeSeparator: ',',
  apiOrigins: ['https://open.tiktokapis.com'],
})
