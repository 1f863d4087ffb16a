import { defineProvider } from '@holdfast/vault-core'

/** Okta: at the domain of its customer, with the default authorization server or another. */
export const okta = /* @__PURE__ */ defineProvider({
  providerId: 'okta',
  name: 'Okta',
  documentation: 'https://developer.okta.com/docs/guides/implement-grant-type/authcode/main/',
  issuer: 'https://{domain}/oauth2/{server}',
  authorizationEndpoint: 'https://{domain}/oauth2/{server}/v1/authorize',
  tokenEndpoint: 'https://{domain}/oauth2/{server}/v1/token',
  revocationEndpoint: 'https://{domain}/oauth2/{server}/v1/revoke',
  userinfoEndpoint: 'https://{domain}/oauth2/{server}/v1/userinfo',
  jwksUri: 'https://{domain}/oauth2/{server}/v1/keys',
  variables: {
    domain: { kind: 'host', description: 'the domain of the organization, such as acme.okta.com' },
    server: { kind: 'segment', default: 'default', description: 'the id of the authorization server' },
  },
  clientAuthentication: 'client_secret_basic',
  refreshTokens: 'with_offline_access',
  offlineAccess: { scope: 'offline_access' },
})
