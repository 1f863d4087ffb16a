import { defineProvider } from '@holdfast/vault-core'

/** PayPal: tokens of eight hours; the refresh token stays. */
export const paypal = /* @__PURE__ */ defineProvider({
  providerId: 'paypal',
  name: 'PayPal',
  documentation: 'https://developer.paypal.com/docs/log-in-with-paypal/integrate/',
  authorizationEndpoint: 'https://www.paypal.com/signin/authorize',
  tokenEndpoint: 'https://api-m.paypal.com/v1/oauth2/token',
  userinfoEndpoint: 'https://api-m.paypal.com/v1/identity/openidconnect/userinfo',
  userIdExpression: '{user_id}',
  clientAuthentication: 'client_secret_basic',
  refreshTokens: 'issued',
  rotation: { kind: 'none' },
  apiOrigins: ['https://api-m.paypal.com'],
})
