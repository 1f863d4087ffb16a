import { defineProvider } from '@holdfast/vault-core'

/** linkhut: tokens of thirty days. */
export const linkhut = /* @__PURE__ */ defineProvider({
  providerId: 'linkhut',
  name: 'linkhut',
  documentation: 'https://docs.linkhut.org/authentication.html',
  authorizationEndpoint: 'https://ln.ht/_/oauth/authorize',
  tokenEndpoint: 'https://api.ln.ht/v1/oauth/token',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'issued',
  apiOrigins: ['https://api.ln.ht'],
})
