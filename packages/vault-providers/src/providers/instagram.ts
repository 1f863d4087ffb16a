import { defineProvider } from '@holdfast/vault-core'

/** Instagram: there are no refresh tokens. The token of a consent is exchanged for one of sixty days, which is renewed; both by GET, with the token in the URL, as it offers nothing else. */
export const instagram = /* @__PURE__ */ defineProvider({
  providerId: 'instagram',
  name: 'Instagram',
  documentation: 'https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login',
  authorizationEndpoint: 'https://www.instagram.com/oauth/authorize',
  tokenEndpoint: 'https://api.instagram.com/oauth/access_token',
  userIdExpression: '{user_id}',
  userIdSource: 'token_response',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'none',
  scopeSeparator: ',',
  rotation: { kind: 'none' },
  refreshRequest: {
    endpoint: 'https://graph.instagram.com/refresh_access_token',
    method: 'GET',
    grantType: 'ig_refresh_token',
    tokenParameter: 'access_token',
    token: 'access_token',
    clientAuthentication: 'none',
  },
  // A token that is not renewed in sixty days has ended, and cannot buy another.
  refreshTokenIdleLifetimeS: 5_184_000,
  longLivedRequest: {
    endpoint: 'https://graph.instagram.com/access_token',
    method: 'GET',
    grantType: 'ig_exchange_token',
    tokenParameter: 'access_token',
    token: 'access_token',
  },
  apiOrigins: ['https://graph.instagram.com'],
  hooks: {
    // `error` is an object; 190 says that the token is no good any more.
    mapError: ({ error }) =>
      typeof error === 'object' && error !== null && 'code' in error && error.code === 190 ? 'invalid_grant' : undefined,
  },
})
