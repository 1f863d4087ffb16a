import { defineProvider } from '@holdfast/vault-core'

/** Kakao: tokens of six hours; a new refresh token comes in its last month alone. */
export const kakao = /* @__PURE__ */ defineProvider({
  providerId: 'kakao',
  name: 'Kakao',
  documentation: 'https://developers.kakao.com/docs/latest/en/kakaologin/rest-api',
  authorizationEndpoint: 'https://kauth.kakao.com/oauth/authorize',
  tokenEndpoint: 'https://kauth.kakao.com/oauth/token',
  userinfoEndpoint: 'https://kapi.kakao.com/v2/user/me',
  userIdExpression: '{id}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'issued',
  scopeSeparator: ',',
  rotation: { kind: 'none' },
  apiOrigins: ['https://kapi.kakao.com'],
})
