import { defineProvider } from '@holdfast/vault-core'

/** Facebook: there are no refresh tokens. The short-lived token of a consent is exchanged for one of sixty days, which buys the next one. */
export const facebook = /* @__PURE__ */ defineProvider({
  providerId: 'facebook',
  name: 'Facebook',
  documentation: 'https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived',
  authorizationEndpoint: 'https://www.facebook.com/v23.0/dialog/oauth',
  tokenEndpoint: 'https://graph.facebook.com/v23.0/oauth/access_token',
  revocation: {
    url: 'https://graph.facebook.com/v23.0/me/permissions',
    method: 'DELETE',
    tokens: 'access_token',
    token: { in: 'bearer' },
    unknownToken: ['190'],
  },
  userinfoEndpoint: 'https://graph.facebook.com/v23.0/me?fields=id,name,email',
  userIdExpression: '{id}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'none',
  incrementalConnectionProperties: { auth_type: 'rerequest' },
  scopeSeparator: ',',
  rotation: { kind: 'none' },
  refreshRequest: { grantType: 'fb_exchange_token', tokenParameter: 'fb_exchange_token', token: 'access_token' },
  // A token that is not renewed in sixty days has ended, and cannot buy another.
  refreshTokenIdleLifetimeS: 5_184_000,
  longLivedRequest: { grantType: 'fb_exchange_token', tokenParameter: 'fb_exchange_token', token: 'access_token' },
  apiOrigins: ['https://graph.facebook.com'],
  hooks: {
    // `error` is an object; 190 says that the token is no good any more, and 4 and 17 that there were too many requests.
    mapError: ({ error }) => facebookError(error),
  },
})

function facebookError(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  if (code === 190) return 'invalid_grant'
  return code === 4 || code === 17 ? 'temporarily_unavailable' : undefined
}
