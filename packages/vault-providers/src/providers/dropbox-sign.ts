import { defineProvider } from '@holdfast/vault-core'

/** Dropbox Sign: scopes stand in the application, and a refresh goes to a variant of the endpoint. */
export const dropboxSign = /* @__PURE__ */ defineProvider({
  providerId: 'dropbox-sign',
  name: 'Dropbox Sign',
  documentation: 'https://developers.hellosign.com/docs/authentication/oauth',
  authorizationEndpoint: 'https://app.hellosign.com/oauth/authorize',
  tokenEndpoint: 'https://app.hellosign.com/oauth/token',
  userinfoEndpoint: 'https://api.hellosign.com/v3/account',
  userIdExpression: '{account.account_id}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'issued',
  rotation: { kind: 'none' },
  refreshRequest: { endpoint: 'https://app.hellosign.com/oauth/token?refresh' },
  apiOrigins: ['https://api.hellosign.com'],
})
