import { defineProvider } from '@holdfast/vault-core'

/** BambooHR: at the address of its customer; `request` says to which part of it. */
export const bamboohr = /* @__PURE__ */ defineProvider({
  providerId: 'bamboohr',
  name: 'BambooHR',
  documentation: 'https://documentation.bamboohr.com/docs/getting-started',
  // `request` means something else in OpenID Connect, and so can be no connection property.
  authorizationEndpoint: 'https://{subdomain}.bamboohr.com/authorize.php?request=authorize',
  tokenEndpoint: 'https://{subdomain}.bamboohr.com/token.php',
  variables: { subdomain: { kind: 'label', description: 'the first part of the address of the company' } },
  clientAuthentication: 'client_secret_post',
  tokenRequestParameters: { request: 'token' },
  refreshTokens: 'with_offline_access',
  offlineAccess: { scope: 'offline_access' },
  apiOrigins: ['https://api.bamboohr.com', 'https://{subdomain}.bamboohr.com'],
})
