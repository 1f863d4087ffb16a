import { defineProvider } from '@holdfast/vault-core'

/** Canva: PKCE is required; a refresh token is good once. */
export const canva = /* @__PURE__ */ defineProvider({
  providerId: 'canva',
  name: 'Canva',
  documentation: 'https://www.canva.dev/docs/connect/authentication/',
  authorizationEndpoint: 'https://www.canva.com/api/oauth/authorize',
  tokenEndpoint: 'https://api.canva.com/rest/v1/oauth/token',
  revocationEndpoint: 'https://api.canva.com/rest/v1/oauth/revoke',
  userinfoEndpoint: 'https://api.canva.com/rest/v1/users/me',
  userIdExpression: '{team_user.user_id}',
  clientAuthentication: 'client_secret_basic',
  pkce: 'required',
  refreshTokens: 'issued',
  apiOrigins: ['https://api.canva.com'],
})
