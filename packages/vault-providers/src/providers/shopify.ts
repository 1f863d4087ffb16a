import { defineProvider } from '@holdfast/vault-core'

/** Shopify: at the address of the shop; scopes with commas; its API takes the token in a header of its own. Tokens of an hour, and refresh tokens, are asked for by `expiring`. */
export const shopify = /* @__PURE__ */ defineProvider({
  providerId: 'shopify',
  name: 'Shopify',
  documentation: 'https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/authorization-code-grant',
  authorizationEndpoint: 'https://{shop}.myshopify.com/admin/oauth/authorize',
  tokenEndpoint: 'https://{shop}.myshopify.com/admin/oauth/access_token',
  variables: { shop: { kind: 'label', description: 'the first part of the address of the shop, before .myshopify.com' } },
  clientAuthentication: 'client_secret_post',
  tokenRequestParameters: { expiring: '1' },
  refreshTokens: 'issued',
  scopeSeparator: ',',
  apiOrigins: ['https://{shop}.myshopify.com'],
  apiTokenHeader: { name: 'X-Shopify-Access-Token' },
})
