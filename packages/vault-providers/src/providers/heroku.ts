import { defineProvider } from '@holdfast/vault-core'

/** Heroku: tokens of eight hours; the refresh token stays, and the answer names the user. */
export const heroku = /* @__PURE__ */ defineProvider({
  providerId: 'heroku',
  name: 'Heroku',
  documentation: 'https://devcenter.heroku.com/articles/oauth',
  authorizationEndpoint: 'https://id.heroku.com/oauth/authorize',
  tokenEndpoint: 'https://id.heroku.com/oauth/token',
  userIdExpression: '{user_id}',
  userIdSource: 'token_response',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'issued',
  rotation: { kind: 'none' },
  apiOrigins: ['https://api.heroku.com'],
})
