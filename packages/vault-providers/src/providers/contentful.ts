import { defineProvider } from '@holdfast/vault-core'

/** Contentful: tokens of thirty days. */
export const contentful = /* @__PURE__ */ defineProvider({
  providerId: 'contentful',
  name: 'Contentful',
  documentation: 'https://www.contentful.com/developers/docs/extensibility/oauth/',
  authorizationEndpoint: 'https://be.contentful.com/oauth/authorize',
  tokenEndpoint: 'https://be.contentful.com/oauth/token',
  userinfoEndpoint: 'https://api.contentful.com/users/me',
  userIdExpression: '{sys.id}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'issued',
  apiOrigins: ['https://api.contentful.com'],
})
