import { defineProvider } from '@holdfast/vault-core'

/** Teamwork: tokens that do not end, from JSON requests; the answer says where the installation has its API. */
export const teamwork = /* @__PURE__ */ defineProvider({
  providerId: 'teamwork',
  name: 'Teamwork',
  documentation: 'https://apidocs.teamwork.com/guides/teamwork/authentication',
  authorizationEndpoint: 'https://www.teamwork.com/launchpad/login',
  tokenEndpoint: 'https://www.teamwork.com/launchpad/v1/token.json',
  userIdExpression: '{installation.id}-{user.id}',
  userIdSource: 'token_response',
  accountLabelExpression: '{installation.name}',
  clientAuthentication: 'client_secret_post',
  tokenRequestContentType: 'application/json',
  refreshTokens: 'none',
  credentialProperties: ['installation.apiEndPoint'],
})
