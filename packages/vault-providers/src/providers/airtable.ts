import { defineProvider } from '@holdfast/vault-core'

/** Airtable: PKCE is required; a refresh token is good once, and for sixty days. */
export const airtable = /* @__PURE__ */ defineProvider({
  providerId: 'airtable',
  name: 'Airtable',
  documentation: 'https://airtable.com/developers/web/api/oauth-reference',
  authorizationEndpoint: 'https://airtable.com/oauth2/v1/authorize',
  tokenEndpoint: 'https://airtable.com/oauth2/v1/token',
  userinfoEndpoint: 'https://api.airtable.com/v0/meta/whoami',
  userIdExpression: '{id}',
  clientAuthentication: 'client_secret_basic',
  pkce: 'required',
  refreshTokens: 'issued',
  refreshTokenIdleLifetimeS: 5_184_000,
  apiOrigins: ['https://api.airtable.com'],
})
