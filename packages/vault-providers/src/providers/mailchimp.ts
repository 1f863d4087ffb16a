import { defineProvider } from '@holdfast/vault-core'

/** Mailchimp: tokens do not end; at `login.mailchimp.com/oauth2/metadata` it says who the user is and in which data centre. */
export const mailchimp = /* @__PURE__ */ defineProvider({
  providerId: 'mailchimp',
  name: 'Mailchimp',
  documentation: 'https://mailchimp.com/developer/marketing/guides/access-user-data-oauth-2/',
  authorizationEndpoint: 'https://login.mailchimp.com/oauth2/authorize',
  tokenEndpoint: 'https://login.mailchimp.com/oauth2/token',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'none',
  apiOrigins: ['https://login.mailchimp.com'],
  hooks: {
    // It says 0 for tokens that do not end.
    mapTokenResponse: ({ expires_in: _never, ...tokens }) => tokens,
  },
})
