import { defineProvider } from '@holdfast/vault-core'

/** DigitalOcean: tokens of thirty days; the answer says whose they are. */
export const digitalocean = /* @__PURE__ */ defineProvider({
  providerId: 'digitalocean',
  name: 'DigitalOcean',
  documentation: 'https://docs.digitalocean.com/reference/api/oauth/',
  authorizationEndpoint: 'https://cloud.digitalocean.com/v1/oauth/authorize',
  tokenEndpoint: 'https://cloud.digitalocean.com/v1/oauth/token',
  revocationEndpoint: 'https://cloud.digitalocean.com/v1/oauth/revoke',
  userIdExpression: '{info.uuid}',
  userIdSource: 'token_response',
  accountLabelExpression: '{info.email}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'issued',
  apiOrigins: ['https://api.digitalocean.com'],
})
