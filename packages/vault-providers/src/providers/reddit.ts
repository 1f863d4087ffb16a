import { defineProvider } from '@holdfast/vault-core'

/** Reddit: refresh tokens come with `duration=permanent`, stay the same, and every request needs a user agent of its own. */
export const reddit = /* @__PURE__ */ defineProvider({
  providerId: 'reddit',
  name: 'Reddit',
  documentation: 'https://github.com/reddit-archive/reddit/wiki/OAuth2',
  authorizationEndpoint: 'https://www.reddit.com/api/v1/authorize',
  tokenEndpoint: 'https://www.reddit.com/api/v1/access_token',
  revocationEndpoint: 'https://www.reddit.com/api/v1/revoke_token',
  clientAuthentication: 'client_secret_basic',
  tokenRequestHeaders: { 'user-agent': 'web:holdfast:v1' },
  refreshTokens: 'with_offline_access',
  offlineAccess: { parameters: { duration: 'permanent' } },
  rotation: { kind: 'none' },
  apiOrigins: ['https://oauth.reddit.com'],
})
