import { defineProvider } from '@holdfast/vault-core'

/** Pipedrive: the answer says at which address the company has its API (`api_domain`); a refresh token that is not used for sixty days is forgotten. */
export const pipedrive = /* @__PURE__ */ defineProvider({
  providerId: 'pipedrive',
  name: 'Pipedrive',
  documentation: 'https://pipedrive.readme.io/docs/marketplace-oauth-authorization',
  authorizationEndpoint: 'https://oauth.pipedrive.com/oauth/authorize',
  tokenEndpoint: 'https://oauth.pipedrive.com/oauth/token',
  revocation: { url: 'https://oauth.pipedrive.com/oauth/revoke' },
  clientAuthentication: 'client_secret_basic',
  refreshTokens: 'issued',
  rotation: { kind: 'none' },
  refreshTokenIdleLifetimeS: 5_184_000,
  credentialProperties: ['api_domain'],
  apiOrigins: ['https://api.pipedrive.com'],
})
