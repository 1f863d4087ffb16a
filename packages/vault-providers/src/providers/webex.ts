import { defineProvider } from '@holdfast/vault-core'

/** Webex: tokens of fourteen days; the refresh token stays, and its life is renewed with each use. */
export const webex = /* @__PURE__ */ defineProvider({
  providerId: 'webex',
  name: 'Webex',
  documentation: 'https://developer.webex.com/docs/integrations',
  authorizationEndpoint: 'https://webexapis.com/v1/authorize',
  tokenEndpoint: 'https://webexapis.com/v1/access_token',
  userinfoEndpoint: 'https://webexapis.com/v1/people/me',
  userIdExpression: '{id}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'issued',
  rotation: { kind: 'none' },
  refreshTokenIdleLifetimeS: 7_776_000,
  apiOrigins: ['https://webexapis.com'],
})
