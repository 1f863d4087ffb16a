import { defineProvider } from '@holdfast/vault-core'

/** QuickBooks: the company stands in the callback (`realmId`); a refresh token changes each day, and is good for a hundred. */
export const quickbooks = /* @__PURE__ */ defineProvider({
  providerId: 'quickbooks',
  name: 'QuickBooks',
  documentation: 'https://developer.intuit.com/app/developer/qbo/docs/develop/authentication-and-authorization/oauth-2.0',
  authorizationEndpoint: 'https://appcenter.intuit.com/connect/oauth2',
  tokenEndpoint: 'https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer',
  revocation: { url: 'https://developer.api.intuit.com/v2/oauth2/tokens/revoke', token: { in: 'json', name: 'token' } },
  userIdExpression: '{realmId}',
  userIdSource: 'token_response',
  clientAuthentication: 'client_secret_basic',
  refreshTokens: 'issued',
  refreshTokenIdleLifetimeS: 8_640_000,
  credentialProperties: ['realmId'],
  apiOrigins: ['https://quickbooks.api.intuit.com', 'https://sandbox-quickbooks.api.intuit.com'],
})
