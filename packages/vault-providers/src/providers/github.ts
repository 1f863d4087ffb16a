import { defineProvider } from '@holdfast/vault-core'

/** An OAuth app of GitHub: tokens do not end, scopes come back with commas, and errors come with status 200. Its revocation has the client id in the URL: see the docstring of `ProviderRevocation`. */
export const github = /* @__PURE__ */ defineProvider({
  providerId: 'github',
  name: 'GitHub (OAuth app)',
  documentation: 'https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps',
  authorizationEndpoint: 'https://github.com/login/oauth/authorize',
  tokenEndpoint: 'https://github.com/login/oauth/access_token',
  deviceAuthorizationEndpoint: 'https://github.com/login/device/code',
  userinfoEndpoint: 'https://api.github.com/user',
  userIdExpression: '{id}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'none',
  errorCodes: {
    bad_refresh_token: 'invalid_grant',
    bad_verification_code: 'invalid_grant',
    incorrect_device_code: 'invalid_grant',
    incorrect_client_credentials: 'invalid_client',
  },
  apiOrigins: ['https://api.github.com'],
})
