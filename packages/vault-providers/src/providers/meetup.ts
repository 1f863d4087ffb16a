import { defineProvider } from '@holdfast/vault-core'

/** Meetup: tokens of an hour. */
export const meetup = /* @__PURE__ */ defineProvider({
  providerId: 'meetup',
  name: 'Meetup',
  documentation: 'https://www.meetup.com/graphql/authentication/',
  authorizationEndpoint: 'https://secure.meetup.com/oauth2/authorize',
  tokenEndpoint: 'https://secure.meetup.com/oauth2/access',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'issued',
  apiOrigins: ['https://api.meetup.com'],
})
