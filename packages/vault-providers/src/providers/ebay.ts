import { defineProvider } from '@holdfast/vault-core'

/** eBay: tokens of two hours; the refresh token stays, for eighteen months. The redirect URI is a name (RuName) that its portal gives out. */
export const ebay = /* @__PURE__ */ defineProvider({
  providerId: 'ebay',
  name: 'eBay',
  documentation: 'https://developer.ebay.com/api-docs/static/oauth-authorization-code-grant.html',
  authorizationEndpoint: 'https://auth.ebay.com/oauth2/authorize',
  tokenEndpoint: 'https://api.ebay.com/identity/v1/oauth2/token',
  clientAuthentication: 'client_secret_basic',
  refreshTokens: 'issued',
  rotation: { kind: 'none' },
  apiOrigins: ['https://api.ebay.com', 'https://apiz.ebay.com'],
  hooks: {
    // Of type `User Access Token`, which is sent as any bearer token.
    mapTokenResponse: (body) => ({ ...body, token_type: 'Bearer' }),
  },
})
