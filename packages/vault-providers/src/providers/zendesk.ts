import { defineProvider } from '@holdfast/vault-core'

/** Zendesk: at the address of its customer; a refresh token comes when a lifetime is asked for. */
export const zendesk = /* @__PURE__ */ defineProvider({
  providerId: 'zendesk',
  name: 'Zendesk',
  documentation: 'https://developer.zendesk.com/documentation/ticketing/using-the-zendesk-api-with-oauth/',
  authorizationEndpoint: 'https://{subdomain}.zendesk.com/oauth/authorizations/new',
  tokenEndpoint: 'https://{subdomain}.zendesk.com/oauth/tokens',
  userinfoEndpoint: 'https://{subdomain}.zendesk.com/api/v2/users/me.json',
  userIdExpression: '{user.id}',
  variables: { subdomain: { kind: 'label', description: 'the first part of the address of the helpdesk' } },
  clientAuthentication: 'client_secret_post',
  tokenRequestParameters: { expires_in: '172800' },
  refreshTokens: 'issued',
  apiOrigins: ['https://{subdomain}.zendesk.com'],
})
