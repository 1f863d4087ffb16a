import { defineProvider } from '@holdfast/vault-core'

/** BigCommerce: the store stands in the answer (`context`), tokens do not end, and its API takes them in a header of its own. */
export const bigcommerce = /* @__PURE__ */ defineProvider({
  providerId: 'bigcommerce',
  name: 'BigCommerce',
  documentation: 'https://developer.bigcommerce.com/docs/start/authentication',
  authorizationEndpoint: 'https://login.bigcommerce.com/oauth2/authorize',
  tokenEndpoint: 'https://login.bigcommerce.com/oauth2/token',
  userIdExpression: '{context}',
  userIdSource: 'token_response',
  accountLabelExpression: '{user.email}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'none',
  credentialProperties: ['context'],
  apiOrigins: ['https://api.bigcommerce.com'],
  apiTokenHeader: { name: 'X-Auth-Token' },
})
