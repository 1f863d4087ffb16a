import { defineProvider } from '@holdfast/vault-core'

/** Atlassian (Jira, Confluence): an audience, `offline_access`, and refresh tokens that are good once, with ten minutes of grace. */
export const atlassian = /* @__PURE__ */ defineProvider({
  providerId: 'atlassian',
  name: 'Atlassian',
  documentation: 'https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/',
  authorizationEndpoint: 'https://auth.atlassian.com/authorize',
  tokenEndpoint: 'https://auth.atlassian.com/oauth/token',
  userinfoEndpoint: 'https://api.atlassian.com/me',
  userIdExpression: '{account_id}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'with_offline_access',
  offlineAccess: { scope: 'offline_access' },
  defaultConnectionProperties: { audience: 'api.atlassian.com', prompt: 'consent' },
  rotation: { kind: 'grace', seconds: 600 },
  refreshTokenIdleLifetimeS: 7_776_000,
  apiOrigins: ['https://api.atlassian.com'],
})
