import { defineProvider } from '@holdfast/vault-core'

/** Miro: the answer names team and user; a refresh token is good once. */
export const miro = /* @__PURE__ */ defineProvider({
  providerId: 'miro',
  name: 'Miro',
  documentation: 'https://developers.miro.com/docs/getting-started-with-oauth',
  authorizationEndpoint: 'https://miro.com/oauth/authorize',
  tokenEndpoint: 'https://api.miro.com/v1/oauth/token',
  userIdExpression: '{team_id}-{user_id}',
  userIdSource: 'token_response',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'issued',
  credentialProperties: ['team_id'],
  apiOrigins: ['https://api.miro.com'],
})
