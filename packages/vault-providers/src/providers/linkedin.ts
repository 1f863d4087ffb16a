import { defineProvider } from '@holdfast/vault-core'

/** LinkedIn: tokens live sixty days, refresh tokens are for approved partners alone, and PKCE is refused where there is a client secret. */
export const linkedin = /* @__PURE__ */ defineProvider({
  providerId: 'linkedin',
  name: 'LinkedIn',
  documentation: 'https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow',
  authorizationEndpoint: 'https://www.linkedin.com/oauth/v2/authorization',
  tokenEndpoint: 'https://www.linkedin.com/oauth/v2/accessToken',
  userinfoEndpoint: 'https://api.linkedin.com/v2/userinfo',
  clientAuthentication: 'client_secret_post',
  pkce: 'unsupported',
  refreshTokens: 'issued',
  apiOrigins: ['https://api.linkedin.com'],
})
