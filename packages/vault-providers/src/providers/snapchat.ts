import { defineProvider } from '@holdfast/vault-core'

/** Snapchat, for its marketing API: access tokens live half an hour. */
export const snapchat = /* @__PURE__ */ defineProvider({
  providerId: 'snapchat',
  name: 'Snapchat',
  documentation: 'https://developers.snap.com/api/marketing-api/Ads-API/authentication',
  authorizationEndpoint: 'https://accounts.snapchat.com/login/oauth2/authorize',
  tokenEndpoint: 'https://accounts.snapchat.com/login/oauth2/access_token',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'issued',
  rotation: { kind: 'none' },
  apiOrigins: ['https://adsapi.snapchat.com'],
})
