import { defineProvider } from '@holdfast/vault-core'

/** Amazon Cognito: at the domain of the user pool; the refresh token stays. */
export const cognito = /* @__PURE__ */ defineProvider({
  providerId: 'cognito',
  name: 'Amazon Cognito',
  documentation: 'https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html',
  authorizationEndpoint: 'https://{domain}/oauth2/authorize',
  tokenEndpoint: 'https://{domain}/oauth2/token',
  revocationEndpoint: 'https://{domain}/oauth2/revoke',
  userinfoEndpoint: 'https://{domain}/oauth2/userInfo',
  variables: { domain: { kind: 'host', description: 'the domain of the user pool' } },
  clientAuthentication: 'client_secret_basic',
  refreshTokens: 'issued',
  rotation: { kind: 'none' },
})
