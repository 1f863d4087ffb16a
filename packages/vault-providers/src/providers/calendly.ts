import { defineProvider } from '@holdfast/vault-core'

/** Calendly: the answer names user and organization; a refresh token is good once. */
export const calendly = /* @__PURE__ */ defineProvider({
  providerId: 'calendly',
  name: 'Calendly',
  documentation: 'https://developer.calendly.com/how-to-access-calendly-data-on-behalf-of-authenticated-users',
  authorizationEndpoint: 'https://auth.calendly.com/oauth/authorize',
  tokenEndpoint: 'https://auth.calendly.com/oauth/token',
  revocationEndpoint: 'https://auth.calendly.com/oauth/revoke',
  userIdExpression: '{owner}',
  userIdSource: 'token_response',
  clientAuthentication: 'client_secret_basic',
  refreshTokens: 'issued',
  credentialProperties: ['owner', 'organization'],
  apiOrigins: ['https://api.calendly.com'],
})
