import { defineProvider } from '@holdfast/vault-core'

/** Bitbucket Cloud: scopes stand in the application, and are told as `scopes`. */
export const bitbucket = /* @__PURE__ */ defineProvider({
  providerId: 'bitbucket',
  name: 'Bitbucket',
  documentation: 'https://developer.atlassian.com/cloud/bitbucket/oauth-2/',
  authorizationEndpoint: 'https://bitbucket.org/site/oauth2/authorize',
  tokenEndpoint: 'https://bitbucket.org/site/oauth2/access_token',
  userinfoEndpoint: 'https://api.bitbucket.org/2.0/user',
  userIdExpression: '{uuid}',
  clientAuthentication: 'client_secret_basic',
  refreshTokens: 'issued',
  rotation: { kind: 'none' },
  apiOrigins: ['https://api.bitbucket.org'],
})
