import { defineProvider } from '@holdfast/vault-core'

/** Google: refresh tokens come with the first consent only, unless it is asked for again; they stay the same. */
export const google = /* @__PURE__ */ defineProvider({
  providerId: 'google',
  name: 'Google',
  documentation: 'https://developers.google.com/identity/protocols/oauth2/web-server',
  issuer: 'https://accounts.google.com',
  authorizationEndpoint: 'https://accounts.google.com/o/oauth2/v2/auth',
  tokenEndpoint: 'https://oauth2.googleapis.com/token',
  userinfoEndpoint: 'https://openidconnect.googleapis.com/v1/userinfo',
  jwksUri: 'https://www.googleapis.com/oauth2/v3/certs',
  // A form with the token and nothing else.
  revocation: { url: 'https://oauth2.googleapis.com/revoke', token: { in: 'form', name: 'token' }, clientAuthentication: 'omit' },
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'with_offline_access',
  offlineAccess: { parameters: { access_type: 'offline', prompt: 'consent' } },
  incrementalConnectionProperties: { include_granted_scopes: 'true' },
  defaultScopes: ['openid', 'email', 'profile'],
  rotation: { kind: 'none' },
  apiOrigins: ['https://www.googleapis.com', 'https://gmail.googleapis.com', 'https://people.googleapis.com'],
})
