import { defineProvider } from '@holdfast/vault-core'

/** Notion: JSON with HTTP Basic; the answer names the workspace. Integrations of before refresh tokens have tokens that do not end. */
export const notion = /* @__PURE__ */ defineProvider({
  providerId: 'notion',
  name: 'Notion',
  documentation: 'https://developers.notion.com/docs/authorization',
  authorizationEndpoint: 'https://api.notion.com/v1/oauth/authorize',
  tokenEndpoint: 'https://api.notion.com/v1/oauth/token',
  revocation: { url: 'https://api.notion.com/v1/oauth/revoke', token: { in: 'json', name: 'token' } },
  userIdExpression: '{workspace_id}-{owner.user.id}',
  userIdSource: 'token_response',
  accountLabelExpression: '{workspace_name}',
  clientAuthentication: 'client_secret_basic',
  tokenRequestContentType: 'application/json',
  refreshTokens: 'issued',
  defaultConnectionProperties: { owner: 'user' },
  credentialProperties: ['workspace_id', 'bot_id'],
  apiOrigins: ['https://api.notion.com'],
})
