import { defineProvider } from '@holdfast/vault-core'

/** Coinbase: refresh tokens come with the scope `offline_access`, and are good once. */
export const coinbase = /* @__PURE__ */ defineProvider({
  providerId: 'coinbase',
  name: 'Coinbase',
  documentation: 'https://docs.cdp.coinbase.com/coinbase-app/oauth2-integration/integrations',
  authorizationEndpoint: 'https://login.coinbase.com/oauth2/auth',
  tokenEndpoint: 'https://login.coinbase.com/oauth2/token',
  revocationEndpoint: 'https://login.coinbase.com/oauth2/revoke',
  userinfoEndpoint: 'https://api.coinbase.com/v2/user',
  userIdExpression: '{data.id}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'with_offline_access',
  offlineAccess: { scope: 'offline_access' },
  apiOrigins: ['https://api.coinbase.com'],
})
