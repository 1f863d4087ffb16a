import { defineProvider } from '@holdfast/vault-core'

/** Zoho: each data centre has addresses of its own, refresh tokens come with `access_type=offline` and stay, and errors come with status 200. */
export const zoho = /* @__PURE__ */ defineProvider({
  providerId: 'zoho',
  name: 'Zoho',
  documentation: 'https://www.zoho.com/accounts/protocol/oauth/web-server-applications.html',
  authorizationEndpoint: 'https://accounts.zoho.{region}/oauth/v2/auth',
  tokenEndpoint: 'https://accounts.zoho.{region}/oauth/v2/token',
  revocationEndpoint: 'https://accounts.zoho.{region}/oauth/v2/token/revoke',
  variables: {
    region: {
      kind: 'choice',
      choices: ['com', 'eu', 'in', 'com.au', 'jp', 'com.cn', 'sa'],
      default: 'com',
      description: 'where the data of the account is',
    },
  },
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'with_offline_access',
  offlineAccess: { parameters: { access_type: 'offline', prompt: 'consent' } },
  scopeSeparator: ',',
  rotation: { kind: 'none' },
  credentialProperties: ['api_domain'],
  errorCodes: { invalid_code: 'invalid_grant', invalid_client_secret: 'invalid_client' },
  apiOrigins: ['https://www.zohoapis.{region}'],
})
