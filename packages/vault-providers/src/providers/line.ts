import { defineProvider } from '@holdfast/vault-core'

/** LINE: tokens of thirty days. */
export const line = /* @__PURE__ */ defineProvider({
  providerId: 'line',
  name: 'LINE',
  documentation: 'https://developers.line.biz/en/docs/line-login/integrate-line-login/',
  authorizationEndpoint: 'https://access.line.me/oauth2/v2.1/authorize',
  tokenEndpoint: 'https://api.line.me/oauth2/v2.1/token',
  revocation: { url: 'https://api.line.me/oauth2/v2.1/revoke', tokens: 'access_token', token: { in: 'form', name: 'access_token' } },
  userinfoEndpoint: 'https://api.line.me/v2/profile',
  userIdExpression: '{userId}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'issued',
  apiOrigins: ['https://api.line.me'],
})
