import { defineProvider } from '@holdfast/vault-core'

/** Twitch: the scopes of an answer are a list, and its API wants the client id beside the token. */
export const twitch = /* @__PURE__ */ defineProvider({
  providerId: 'twitch',
  name: 'Twitch',
  documentation: 'https://dev.twitch.tv/docs/authentication/getting-tokens-oauth/',
  authorizationEndpoint: 'https://id.twitch.tv/oauth2/authorize',
  tokenEndpoint: 'https://id.twitch.tv/oauth2/token',
  revocationEndpoint: 'https://id.twitch.tv/oauth2/revoke',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'issued',
  rotation: { kind: 'none' },
  apiOrigins: ['https://api.twitch.tv'],
})
