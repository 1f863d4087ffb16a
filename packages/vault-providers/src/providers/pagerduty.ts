import { defineProvider } from '@holdfast/vault-core'

/** PagerDuty: PKCE is part of its flow; refresh tokens come with tokens that end. */
export const pagerduty = /* @__PURE__ */ defineProvider({
  providerId: 'pagerduty',
  name: 'PagerDuty',
  documentation: 'https://developer.pagerduty.com/docs/app-oauth-token',
  authorizationEndpoint: 'https://identity.pagerduty.com/oauth/authorize',
  tokenEndpoint: 'https://identity.pagerduty.com/oauth/token',
  revocationEndpoint: 'https://identity.pagerduty.com/oauth/revoke',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'issued',
  apiOrigins: ['https://api.pagerduty.com'],
})
