import { defineProvider } from '@holdfast/vault-core'

/** GitLab, on its own host or another: access tokens live two hours, and refresh tokens are good once. */
export const gitlab = /* @__PURE__ */ defineProvider({
  providerId: 'gitlab',
  name: 'GitLab',
  documentation: 'https://docs.gitlab.com/api/oauth2/',
  authorizationEndpoint: 'https://{host}/oauth/authorize',
  tokenEndpoint: 'https://{host}/oauth/token',
  revocationEndpoint: 'https://{host}/oauth/revoke',
  userinfoEndpoint: 'https://{host}/api/v4/user',
  userIdExpression: '{id}',
  variables: { host: { kind: 'host', default: 'gitlab.com', description: 'the host name of the GitLab' } },
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'issued',
  apiOrigins: ['https://{host}'],
})
