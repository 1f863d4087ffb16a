import { defineProvider } from '@holdfast/vault-core'

/** osu!: tokens of a day; a refresh token is good once. */
export const osu = /* @__PURE__ */ defineProvider({
  providerId: 'osu',
  name: 'osu!',
  documentation: 'https://osu.ppy.sh/docs/index.html#authentication',
  authorizationEndpoint: 'https://osu.ppy.sh/oauth/authorize',
  tokenEndpoint: 'https://osu.ppy.sh/oauth/token',
  userinfoEndpoint: 'https://osu.ppy.sh/api/v2/me',
  userIdExpression: '{id}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'issued',
  apiOrigins: ['https://osu.ppy.sh'],
})
