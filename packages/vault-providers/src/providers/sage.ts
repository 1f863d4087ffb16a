import { defineProvider } from '@holdfast/vault-core'

/** Sage Accounting: tokens of five minutes; a refresh token is good once, and for thirty-one days. */
export const sage = /* @__PURE__ */ defineProvider({
  providerId: 'sage',
  name: 'Sage Accounting',
  documentation: 'https://developer.sage.com/accounting/guides/authenticating/authentication/',
  authorizationEndpoint: 'https://www.sageone.com/oauth2/auth/central',
  tokenEndpoint: 'https://oauth.accounting.sage.com/token',
  revocationEndpoint: 'https://oauth.accounting.sage.com/revoke',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'issued',
  defaultConnectionProperties: { filter: 'apiv3.1' },
  refreshTokenIdleLifetimeS: 2_678_400,
  credentialProperties: ['requested_by_id'],
  apiOrigins: ['https://api.accounting.sage.com'],
})
