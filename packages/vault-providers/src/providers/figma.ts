import { defineProvider } from '@holdfast/vault-core'

/** Figma: tokens of ninety days; a refresh goes to an endpoint of its own, and brings no new refresh token. */
export const figma = /* @__PURE__ */ defineProvider({
  providerId: 'figma',
  name: 'Figma',
  documentation: 'https://developers.figma.com/docs/rest-api/authentication/',
  authorizationEndpoint: 'https://www.figma.com/oauth',
  tokenEndpoint: 'https://api.figma.com/v1/oauth/token',
  userIdExpression: '{user_id_string}',
  userIdSource: 'token_response',
  clientAuthentication: 'client_secret_basic',
  refreshTokens: 'issued',
  scopeSeparator: ',',
  rotation: { kind: 'none' },
  refreshRequest: { endpoint: 'https://api.figma.com/v1/oauth/refresh' },
  apiOrigins: ['https://api.figma.com'],
})
