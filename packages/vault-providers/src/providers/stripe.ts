import { defineProvider } from '@holdfast/vault-core'

/** Stripe Connect: the answer names the connected account; tokens do not end. The secret is the platform’s API key. */
export const stripe = /* @__PURE__ */ defineProvider({
  providerId: 'stripe',
  name: 'Stripe Connect',
  documentation: 'https://docs.stripe.com/connect/oauth-reference',
  authorizationEndpoint: 'https://connect.stripe.com/oauth/authorize',
  tokenEndpoint: 'https://connect.stripe.com/oauth/token',
  userIdExpression: '{stripe_user_id}',
  userIdSource: 'token_response',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'issued',
  rotation: { kind: 'none' },
  credentialProperties: ['stripe_user_id'],
  apiOrigins: ['https://api.stripe.com'],
})
