import { defineProvider } from '@holdfast/vault-core'

/** OneLogin: at the domain of its customer. */
export const onelogin = /* @__PURE__ */ defineProvider({
  providerId: 'onelogin',
  name: 'OneLogin',
  documentation: 'https://developers.onelogin.com/openid-connect/guides/auth-flow-pkce',
  issuer: 'https://{subdomain}.onelogin.com/oidc/2',
  authorizationEndpoint: 'https://{subdomain}.onelogin.com/oidc/2/auth',
  tokenEndpoint: 'https://{subdomain}.onelogin.com/oidc/2/token',
  revocationEndpoint: 'https://{subdomain}.onelogin.com/oidc/2/token/revocation',
  userinfoEndpoint: 'https://{subdomain}.onelogin.com/oidc/2/me',
  jwksUri: 'https://{subdomain}.onelogin.com/oidc/2/certs',
  variables: { subdomain: { kind: 'label', description: 'the first part of the address at OneLogin' } },
  clientAuthentication: 'client_secret_basic',
  refreshTokens: 'with_offline_access',
  offlineAccess: { scope: 'offline_access' },
})
