import { defineProvider } from '@holdfast/vault-core'

/** Basecamp: tokens of two weeks; a refresh token lives ten years, and stays. */
export const basecamp = /* @__PURE__ */ defineProvider({
  providerId: 'basecamp',
  name: 'Basecamp',
  documentation: 'https://github.com/basecamp/api/blob/master/sections/authentication.md',
  authorizationEndpoint: 'https://launchpad.37signals.com/authorization/new',
  tokenEndpoint: 'https://launchpad.37signals.com/authorization/token',
  userinfoEndpoint: 'https://launchpad.37signals.com/authorization.json',
  userIdExpression: '{identity.id}',
  clientAuthentication: 'client_secret_post',
  tokenRequestParameters: { type: 'web_server' },
  refreshTokens: 'issued',
  defaultConnectionProperties: { type: 'web_server' },
  rotation: { kind: 'none' },
  refreshRequest: { parameters: { type: 'refresh' } },
  apiOrigins: ['https://3.basecampapi.com'],
})
