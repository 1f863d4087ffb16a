import { defineProvider } from '@holdfast/vault-core'

/** Netlify: no scopes, and tokens that do not end. */
export const netlify = /* @__PURE__ */ defineProvider({
  providerId: 'netlify',
  name: 'Netlify',
  documentation: 'https://docs.netlify.com/api/get-started/#authentication',
  authorizationEndpoint: 'https://app.netlify.com/authorize',
  tokenEndpoint: 'https://api.netlify.com/oauth/token',
  userinfoEndpoint: 'https://api.netlify.com/api/v1/user',
  userIdExpression: '{id}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'none',
  apiOrigins: ['https://api.netlify.com'],
})
