import { defineProvider } from '@holdfast/vault-core'

/** X: PKCE is required, and a refresh token, which is good once, comes with `offline.access`. */
export const x = /* @__PURE__ */ defineProvider({
  providerId: 'x',
  name: 'X',
  documentation: 'https://docs.x.com/resources/fundamentals/authentication/oauth-2-0/authorization-code',
  authorizationEndpoint: 'https://x.com/i/oauth2/authorize',
  tokenEndpoint: 'https://api.x.com/2/oauth2/token',
  revocationEndpoint: 'https://api.x.com/2/oauth2/revoke',
  userinfoEndpoint: 'https://api.x.com/2/users/me',
  userIdExpression: '{data.id}',
  clientAuthentication: 'client_secret_basic',
  pkce: 'required',
  refreshTokens: 'with_offline_access',
  offlineAccess: { scope: 'offline.access' },
  apiOrigins: ['https://api.x.com'],
})
