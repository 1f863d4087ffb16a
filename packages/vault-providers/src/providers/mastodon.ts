import { defineProvider } from '@holdfast/vault-core'

/** Mastodon: at any server, at which the application is registered; tokens do not end. */
export const mastodon = /* @__PURE__ */ defineProvider({
  providerId: 'mastodon',
  name: 'Mastodon',
  documentation: 'https://docs.joinmastodon.org/spec/oauth/',
  authorizationEndpoint: 'https://{server}/oauth/authorize',
  tokenEndpoint: 'https://{server}/oauth/token',
  revocationEndpoint: 'https://{server}/oauth/revoke',
  userinfoEndpoint: 'https://{server}/api/v1/accounts/verify_credentials',
  userIdExpression: '{id}',
  variables: { server: { kind: 'host', description: 'the host name of the server' } },
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'none',
  apiOrigins: ['https://{server}'],
})
