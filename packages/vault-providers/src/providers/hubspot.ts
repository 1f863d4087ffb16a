import { defineProvider } from '@holdfast/vault-core'

const HUBSPOT_GRANT_ENDED = ['BAD_REFRESH_TOKEN', 'BAD_AUTH_CODE']

/** HubSpot: tokens of half an hour; the refresh token stays. */
export const hubspot = /* @__PURE__ */ defineProvider({
  providerId: 'hubspot',
  name: 'HubSpot',
  documentation: 'https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/oauth/working-with-oauth',
  authorizationEndpoint: 'https://app.hubspot.com/oauth/authorize',
  tokenEndpoint: 'https://api.hubapi.com/oauth/v1/token',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'issued',
  rotation: { kind: 'none' },
  apiOrigins: ['https://api.hubapi.com'],
  hooks: {
    // It says what is wrong in `status` and `category`, and not in `error`.
    mapError: ({ status }) => (typeof status === 'string' && HUBSPOT_GRANT_ENDED.includes(status) ? 'invalid_grant' : undefined),
  },
})
