import { defineProvider } from '@holdfast/vault-core'

/** Strava: scopes with commas, tokens of six hours; the first answer names the athlete. */
export const strava = /* @__PURE__ */ defineProvider({
  providerId: 'strava',
  name: 'Strava',
  documentation: 'https://developers.strava.com/docs/authentication/',
  authorizationEndpoint: 'https://www.strava.com/oauth/authorize',
  tokenEndpoint: 'https://www.strava.com/api/v3/oauth/token',
  revocation: {
    url: 'https://www.strava.com/oauth/deauthorize',
    tokens: 'access_token',
    token: { in: 'form', name: 'access_token' },
    clientAuthentication: 'omit',
    unknownToken: [401],
  },
  userIdExpression: '{athlete.id}',
  userIdSource: 'token_response',
  accountLabelExpression: '{athlete.firstname} {athlete.lastname}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'issued',
  defaultConnectionProperties: { approval_prompt: 'auto' },
  scopeSeparator: ',',
  apiOrigins: ['https://www.strava.com'],
})
