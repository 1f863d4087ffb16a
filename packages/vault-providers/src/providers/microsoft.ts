import { defineProvider } from '@holdfast/vault-core'

/** Microsoft, version 2: for one directory or for all (`common`); a refresh token comes with `offline_access`, and used ones stay good. */
export const microsoft = /* @__PURE__ */ defineProvider({
  providerId: 'microsoft',
  name: 'Microsoft',
  documentation: 'https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow',
  authorizationEndpoint: 'https://login.microsoftonline.com/{directory}/oauth2/v2.0/authorize',
  tokenEndpoint: 'https://login.microsoftonline.com/{directory}/oauth2/v2.0/token',
  userinfoEndpoint: 'https://graph.microsoft.com/v1.0/me',
  userIdExpression: '{id}',
  variables: {
    directory: {
      kind: 'segment',
      default: 'common',
      description: 'the id or domain of the directory, or `common`, `organizations`, `consumers`',
    },
  },
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'with_offline_access',
  offlineAccess: { scope: 'offline_access' },
  rotation: { kind: 'none' },
  refreshTokenIdleLifetimeS: 7_776_000,
  apiOrigins: ['https://graph.microsoft.com'],
})
