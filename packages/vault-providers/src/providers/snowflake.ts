import { defineProvider } from '@holdfast/vault-core'

/** Snowflake: at the address of its account; tokens of ten minutes, and a refresh token that stays. */
export const snowflake = /* @__PURE__ */ defineProvider({
  providerId: 'snowflake',
  name: 'Snowflake',
  documentation: 'https://docs.snowflake.com/en/user-guide/oauth-custom',
  authorizationEndpoint: 'https://{account}.snowflakecomputing.com/oauth/authorize',
  tokenEndpoint: 'https://{account}.snowflakecomputing.com/oauth/token-request',
  userIdExpression: '{username}',
  userIdSource: 'token_response',
  variables: { account: { kind: 'label', description: 'the account, as its address begins: organization-account' } },
  clientAuthentication: 'client_secret_basic',
  refreshTokens: 'with_offline_access',
  offlineAccess: { scope: 'refresh_token' },
  rotation: { kind: 'none' },
  apiOrigins: ['https://{account}.snowflakecomputing.com'],
})
