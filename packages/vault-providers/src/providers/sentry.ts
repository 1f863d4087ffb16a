import { defineProvider } from '@holdfast/vault-core'

/** Sentry: the answer says whose the tokens are; a refresh token is good once. */
export const sentry = /* @__PURE__ */ defineProvider({
  providerId: 'sentry',
  name: 'Sentry',
  documentation: 'https://docs.sentry.io/api/guides/oauth/',
  authorizationEndpoint: 'https://sentry.io/oauth/authorize/',
  tokenEndpoint: 'https://sentry.io/oauth/token/',
  userIdExpression: '{user.id}',
  userIdSource: 'token_response',
  accountLabelExpression: '{user.email}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'issued',
  apiOrigins: ['https://sentry.io'],
})
