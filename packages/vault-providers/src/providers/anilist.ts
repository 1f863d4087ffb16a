import { defineProvider } from '@holdfast/vault-core'

/** AniList: no scopes; tokens of a year, which are not refreshed. */
export const anilist = /* @__PURE__ */ defineProvider({
  providerId: 'anilist',
  name: 'AniList',
  documentation: 'https://docs.anilist.co/guide/auth/authorization-code',
  authorizationEndpoint: 'https://anilist.co/api/v2/oauth/authorize',
  tokenEndpoint: 'https://anilist.co/api/v2/oauth/token',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'none',
  apiOrigins: ['https://graphql.anilist.co'],
})
