import { defineProvider } from '@holdfast/vault-core'

/** WakaTime: scopes with commas; the answer names the user, in a form unless JSON is asked for. */
export const wakatime = /* @__PURE__ */ defineProvider({
  providerId: 'wakatime',
  name: 'WakaTime',
  documentation: 'https://wakatime.com/developers#authentication',
  authorizationEndpoint: 'https://wakatime.com/oauth/authorize',
  tokenEndpoint: 'https://wakatime.com/oauth/token',
  revocationEndpoint: 'https://wakatime.com/oauth/revoke',
  userIdExpression: '{uid}',
  userIdSource: 'token_response',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'issued',
  scopeSeparator: ',',
  apiOrigins: ['https://api.wakatime.com'],
})
