import { defineProvider } from '@holdfast/vault-core'

/** Dropbox: refresh tokens come with `token_access_type=offline`, and stay the same; the answer names the account. */
export const dropbox = /* @__PURE__ */ defineProvider({
  providerId: 'dropbox',
  name: 'Dropbox',
  documentation: 'https://developers.dropbox.com/oauth-guide',
  authorizationEndpoint: 'https://www.dropbox.com/oauth2/authorize',
  tokenEndpoint: 'https://api.dropboxapi.com/oauth2/token',
  revocation: { url: 'https://api.dropboxapi.com/2/auth/token/revoke', tokens: 'access_token', token: { in: 'bearer' } },
  userIdExpression: '{account_id}',
  userIdSource: 'token_response',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'with_offline_access',
  offlineAccess: { parameters: { token_access_type: 'offline' } },
  incrementalConnectionProperties: { include_granted_scopes: 'user' },
  rotation: { kind: 'none' },
  apiOrigins: ['https://api.dropboxapi.com', 'https://content.dropboxapi.com'],
})
