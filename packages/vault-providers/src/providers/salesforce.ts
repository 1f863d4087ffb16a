import { defineProvider } from '@holdfast/vault-core'

/** Salesforce: it states no lifetime (a session ends as its organization says, mostly after two hours), and where the organization has its API (`instance_url`). */
export const salesforce = /* @__PURE__ */ defineProvider({
  providerId: 'salesforce',
  name: 'Salesforce',
  documentation: 'https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_web_server_flow.htm',
  authorizationEndpoint: 'https://{domain}/services/oauth2/authorize',
  tokenEndpoint: 'https://{domain}/services/oauth2/token',
  revocationEndpoint: 'https://{domain}/services/oauth2/revoke',
  userIdExpression: '{id}',
  userIdSource: 'token_response',
  variables: {
    domain: {
      kind: 'host',
      default: 'login.salesforce.com',
      endings: ['.salesforce.com'],
      description: 'login.salesforce.com, test.salesforce.com for a sandbox, or the My Domain of the organization',
    },
  },
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'with_offline_access',
  offlineAccess: { scope: 'refresh_token' },
  rotation: { kind: 'none' },
  defaultLifetimeS: 7200,
  credentialProperties: ['instance_url', 'id'],
})
