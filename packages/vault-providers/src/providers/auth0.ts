import { defineProvider } from '@holdfast/vault-core'

/** Auth0: at the domain of its tenant, whose issuer ends in a slash. */
export const auth0 = /* @__PURE__ */ defineProvider({
  providerId: 'auth0',
  name: 'Auth0',
  documentation: 'https://auth0.com/docs/get-started/authentication-and-authorization-flow/authorization-code-flow',
  issuer: 'https://{domain}/',
  authorizationEndpoint: 'https://{domain}/authorize',
  tokenEndpoint: 'https://{domain}/oauth/token',
  revocationEndpoint: 'https://{domain}/oauth/revoke',
  userinfoEndpoint: 'https://{domain}/userinfo',
  jwksUri: 'https://{domain}/.well-known/jwks.json',
  variables: { domain: { kind: 'host', description: 'the domain of the tenant, such as acme.eu.auth0.com, or a custom one' } },
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'with_offline_access',
  offlineAccess: { scope: 'offline_access' },
})
