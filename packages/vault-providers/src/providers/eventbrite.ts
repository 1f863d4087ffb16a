import { defineProvider } from '@holdfast/vault-core'

/** Eventbrite: no scopes, and tokens that do not end. */
export const eventbrite = /* @__PURE__ */ defineProvider({
  providerId: 'eventbrite',
  name: 'Eventbrite',
  documentation: 'https://www.eventbrite.com/platform/docs/authentication',
  authorizationEndpoint: 'https://www.eventbrite.com/oauth/authorize',
  tokenEndpoint: 'https://www.eventbrite.com/oauth/token',
  userinfoEndpoint: 'https://www.eventbriteapi.com/v3/users/me/',
  userIdExpression: '{id}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'none',
  apiOrigins: ['https://www.eventbriteapi.com'],
})
