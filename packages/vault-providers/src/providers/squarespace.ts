import { defineProvider } from '@holdfast/vault-core'

/** Squarespace: scopes with commas; a refresh token comes with `access_type=offline`; the answer names account and website. */
export const squarespace = /* @__PURE__ */ defineProvider({
  providerId: 'squarespace',
  name: 'Squarespace',
  documentation: 'https://developers.squarespace.com/oauth',
  authorizationEndpoint: 'https://login.squarespace.com/api/1/login/oauth/provider/authorize',
  tokenEndpoint: 'https://login.squarespace.com/api/1/login/oauth/provider/tokens',
  userIdExpression: '{account_id}',
  userIdSource: 'token_response',
  clientAuthentication: 'client_secret_basic',
  tokenRequestHeaders: { 'user-agent': 'holdfast' },
  refreshTokens: 'with_offline_access',
  offlineAccess: { parameters: { access_type: 'offline' } },
  scopeSeparator: ',',
  apiOrigins: ['https://api.squarespace.com'],
})
