import { defineProvider } from '@holdfast/vault-core'

/** Asana: the refresh token stays; the answer says who the user is. */
export const asana = /* @__PURE__ */ defineProvider({
  providerId: 'asana',
  name: 'Asana',
  documentation: 'https://developers.asana.com/docs/oauth',
  authorizationEndpoint: 'https://app.asana.com/-/oauth_authorize',
  tokenEndpoint: 'https://app.asana.com/-/oauth_token',
  revocationEndpoint: 'https://app.asana.com/-/oauth_revoke',
  userIdExpression: '{data.gid}',
  userIdSource: 'token_response',
  accountLabelExpression: '{data.email}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'issued',
  rotation: { kind: 'none' },
  apiOrigins: ['https://app.asana.com'],
})
