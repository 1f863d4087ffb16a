import { defineProvider } from '@holdfast/vault-core'

/** Keycloak: a realm on a host of your own. With `offline_access` the refresh token outlives the session. */
export const keycloak = /* @__PURE__ */ defineProvider({
  providerId: 'keycloak',
  name: 'Keycloak',
  documentation: 'https://www.keycloak.org/securing-apps/oidc-layers',
  issuer: 'https://{host}/realms/{realm}',
  authorizationEndpoint: 'https://{host}/realms/{realm}/protocol/openid-connect/auth',
  tokenEndpoint: 'https://{host}/realms/{realm}/protocol/openid-connect/token',
  revocationEndpoint: 'https://{host}/realms/{realm}/protocol/openid-connect/revoke',
  userinfoEndpoint: 'https://{host}/realms/{realm}/protocol/openid-connect/userinfo',
  jwksUri: 'https://{host}/realms/{realm}/protocol/openid-connect/certs',
  variables: { host: { kind: 'host', description: 'the host name of the Keycloak' }, realm: { kind: 'segment', description: 'the realm' } },
  clientAuthentication: 'client_secret_basic',
  refreshTokens: 'with_offline_access',
  offlineAccess: { scope: 'offline_access' },
})
