import { defineProvider } from '@holdfast/vault-core'

/** Todoist: scopes with commas, and tokens that do not end. */
export const todoist = /* @__PURE__ */ defineProvider({
  providerId: 'todoist',
  name: 'Todoist',
  documentation: 'https://developer.todoist.com/guides/#oauth',
  authorizationEndpoint: 'https://todoist.com/oauth/authorize',
  tokenEndpoint: 'https://todoist.com/oauth/access_token',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'none',
  scopeSeparator: ',',
  apiOrigins: ['https://api.todoist.com'],
})
