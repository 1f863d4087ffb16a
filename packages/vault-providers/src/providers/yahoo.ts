import { defineProvider } from '@holdfast/vault-core'

/** Yahoo: the refresh token stays. */
export const yahoo = /* @__PURE__ */ defineProvider({
  providerId: 'yahoo',
  name: 'Yahoo',
  documentation: 'https://developer.yahoo.com/sign-in-with-yahoo/',
  authorizationEndpoint: 'https://api.login.yahoo.com/oauth2/request_auth',
  tokenEndpoint: 'https://api.login.yahoo.com/oauth2/get_token',
  userinfoEndpoint: 'https://api.login.yahoo.com/openid/v1/userinfo',
  clientAuthentication: 'client_secret_basic',
  refreshTokens: 'issued',
  rotation: { kind: 'none' },
})
