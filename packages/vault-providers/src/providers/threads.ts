import { defineProvider } from '@holdfast/vault-core'

/** Threads: as Instagram, at addresses of its own. */
export const threads = /* @__PURE__ */ defineProvider({
  providerId: 'threads',
  name: 'Threads',
  documentation: 'https://developers.facebook.com/docs/threads/get-started/get-access-tokens-and-permissions',
  authorizationEndpoint: 'https://threads.net/oauth/authorize',
  tokenEndpoint: 'https://graph.threads.net/oauth/access_token',
  userIdExpression: '{user_id}',
  userIdSource: 'token_response',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'none',
  scopeSeparator: ',',
  rotation: { kind: 'none' },
  refreshRequest: {
    endpoint: 'https://graph.threads.net/refresh_access_token',
    method: 'GET',
    grantType: 'th_refresh_token',
    tokenParameter: 'access_token',
    token: 'access_token',
    clientAuthentication: 'none',
  },
  // A token that is not renewed in sixty days has ended, and cannot buy another.
  refreshTokenIdleLifetimeS: 5_184_000,
  longLivedRequest: {
    endpoint: 'https://graph.threads.net/access_token',
    method: 'GET',
    grantType: 'th_exchange_token',
    tokenParameter: 'access_token',
    token: 'access_token',
  },
  apiOrigins: ['https://graph.threads.net'],
  hooks: {
    // `error` is an object; 190 says that the token is no good any more.
    mapError: ({ error }) =>
      typeof error === 'object' && error !== null && 'code' in error && error.code === 190 ? 'invalid_grant' : undefined,
  },
})
