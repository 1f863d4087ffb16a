import { defineProvider } from '@holdfast/vault-core'

/** ClickUp: tokens do not end, and there are no scopes. */
export const clickup = /* @__PURE__ */ defineProvider({
  providerId: 'clickup',
  name: 'ClickUp',
  documentation: 'https://developer.clickup.com/docs/authentication',
  authorizationEndpoint: 'https://app.clickup.com/api',
  tokenEndpoint: 'https://api.clickup.com/api/v2/oauth/token',
  userinfoEndpoint: 'https://api.clickup.com/api/v2/user',
  userIdExpression: '{user.id}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'none',
  apiOrigins: ['https://api.clickup.com'],
})
