import { defineProvider } from '@holdfast/vault-core'

/** WordPress.com: tokens of a server do not end, and are for one blog, which the answer names. */
export const wordpress = /* @__PURE__ */ defineProvider({
  providerId: 'wordpress',
  name: 'WordPress.com',
  documentation: 'https://developer.wordpress.com/docs/api/oauth2/',
  authorizationEndpoint: 'https://public-api.wordpress.com/oauth2/authorize',
  tokenEndpoint: 'https://public-api.wordpress.com/oauth2/token',
  userIdExpression: '{blog_id}',
  userIdSource: 'token_response',
  accountLabelExpression: '{blog_url}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'none',
  credentialProperties: ['blog_id', 'blog_url'],
  apiOrigins: ['https://public-api.wordpress.com'],
})
