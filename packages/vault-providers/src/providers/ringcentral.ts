import { defineProvider } from '@holdfast/vault-core'

/** RingCentral: tokens of an hour; a refresh token is good once, and for a week; the answer names the extension. */
export const ringcentral = /* @__PURE__ */ defineProvider({
  providerId: 'ringcentral',
  name: 'RingCentral',
  documentation: 'https://developers.ringcentral.com/guide/authentication/auth-code-flow',
  authorizationEndpoint: 'https://platform.ringcentral.com/restapi/oauth/authorize',
  tokenEndpoint: 'https://platform.ringcentral.com/restapi/oauth/token',
  revocationEndpoint: 'https://platform.ringcentral.com/restapi/oauth/revoke',
  userIdExpression: '{owner_id}',
  userIdSource: 'token_response',
  clientAuthentication: 'client_secret_basic',
  refreshTokens: 'issued',
  refreshTokenIdleLifetimeS: 604_800,
  credentialProperties: ['endpoint_id'],
  apiOrigins: ['https://platform.ringcentral.com'],
})
