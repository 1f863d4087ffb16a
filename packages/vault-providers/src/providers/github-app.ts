import { defineProvider } from '@holdfast/vault-core'

/** A GitHub app: its permissions stand in the application, user tokens live eight hours, a refresh token is good once and for half a year, and errors come with status 200. */
export const githubApp = /* @__PURE__ */ defineProvider({
  providerId: 'github-app',
  name: 'GitHub (app)',
  documentation: 'https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens',
  authorizationEndpoint: 'https://github.com/login/oauth/authorize',
  tokenEndpoint: 'https://github.com/login/oauth/access_token',
  deviceAuthorizationEndpoint: 'https://github.com/login/device/code',
  userinfoEndpoint: 'https://api.github.com/user',
  userIdExpression: '{id}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'issued',
  refreshTokenIdleLifetimeS: 15_897_600,
  errorCodes: {
    bad_refresh_token: 'invalid_grant',
    bad_verification_code: 'invalid_grant',
    incorrect_device_code: 'invalid_grant',
    incorrect_client_credentials: 'invalid_client',
  },
  apiOrigins: ['https://api.github.com'],
})
