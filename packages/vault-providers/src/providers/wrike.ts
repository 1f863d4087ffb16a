import { defineProvider } from '@holdfast/vault-core'

/** Wrike: the answer says at which host the account has its API; scopes with commas. */
export const wrike = /* @__PURE__ */ defineProvider({
  providerId: 'wrike',
  name: 'Wrike',
  documentation: 'https://developers.wrike.com/oauth-20-authorization/',
  authorizationEndpoint: 'https://login.wrike.com/oauth2/authorize/v4',
  tokenEndpoint: 'https://login.wrike.com/oauth2/token',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'issued',
  scopeSeparator: ',',
  credentialProperties: ['host'],
  apiOrigins: ['https://www.wrike.com', 'https://app-eu.wrike.com'],
})
