import { defineProvider } from '@holdfast/vault-core'

/** Yandex: tokens of a year; its API takes them after the word `OAuth`. */
export const yandex = /* @__PURE__ */ defineProvider({
  providerId: 'yandex',
  name: 'Yandex',
  documentation: 'https://yandex.com/dev/id/doc/en/codes/code-url',
  authorizationEndpoint: 'https://oauth.yandex.com/authorize',
  tokenEndpoint: 'https://oauth.yandex.com/token',
  revocation: { url: 'https://oauth.yandex.com/revoke_token', tokens: 'access_token', token: { in: 'form', name: 'access_token' } },
  userinfoEndpoint: 'https://login.yandex.ru/info?format=json',
  userIdExpression: '{id}',
  clientAuthentication: 'client_secret_basic',
  refreshTokens: 'issued',
  apiOrigins: ['https://login.yandex.ru', 'https://cloud-api.yandex.net'],
  apiTokenHeader: { name: 'Authorization', prefix: 'OAuth' },
})
