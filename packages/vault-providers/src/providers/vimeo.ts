import { defineProvider } from '@holdfast/vault-core'

/** Vimeo: tokens do not end, and say whose they are. */
export const vimeo = /* @__PURE__ */ defineProvider({
  providerId: 'vimeo',
  name: 'Vimeo',
  documentation: 'https://developer.vimeo.com/api/authentication',
  authorizationEndpoint: 'https://api.vimeo.com/oauth/authorize',
  tokenEndpoint: 'https://api.vimeo.com/oauth/access_token',
  userIdExpression: '{user.uri}',
  userIdSource: 'token_response',
  accountLabelExpression: '{user.name}',
  clientAuthentication: 'client_secret_basic',
  refreshTokens: 'none',
  apiOrigins: ['https://api.vimeo.com'],
})
