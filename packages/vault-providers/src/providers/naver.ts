import { defineProvider } from '@holdfast/vault-core'

/** Naver: it states lifetimes as texts, and errors with status 200. */
export const naver = /* @__PURE__ */ defineProvider({
  providerId: 'naver',
  name: 'Naver',
  documentation: 'https://developers.naver.com/docs/login/api/api.md',
  authorizationEndpoint: 'https://nid.naver.com/oauth2.0/authorize',
  tokenEndpoint: 'https://nid.naver.com/oauth2.0/token',
  userinfoEndpoint: 'https://openapi.naver.com/v1/nid/me',
  userIdExpression: '{response.id}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'issued',
  rotation: { kind: 'none' },
  apiOrigins: ['https://openapi.naver.com'],
})
