import { defineProvider } from '@holdfast/vault-core'

/** Deel: tokens of thirty days. */
export const deel = /* @__PURE__ */ defineProvider({
  providerId: 'deel',
  name: 'Deel',
  documentation: 'https://developer.deel.com/docs/oauth2',
  authorizationEndpoint: 'https://app.deel.com/oauth2/authorize',
  tokenEndpoint: 'https://app.deel.com/oauth2/tokens',
  clientAuthentication: 'client_secret_basic',
  refreshTokens: 'issued',
  apiOrigins: ['https://api.letsdeel.com'],
})
