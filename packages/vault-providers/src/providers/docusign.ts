import { defineProvider } from '@holdfast/vault-core'

/** DocuSign: production or the developer’s environment; tokens of eight hours. `extended` renews the refresh token with each use. */
export const docusign = /* @__PURE__ */ defineProvider({
  providerId: 'docusign',
  name: 'DocuSign',
  documentation: 'https://developers.docusign.com/platform/auth/confidential-authcode-get-token/',
  authorizationEndpoint: 'https://{environment}.docusign.com/oauth/auth',
  tokenEndpoint: 'https://{environment}.docusign.com/oauth/token',
  userinfoEndpoint: 'https://{environment}.docusign.com/oauth/userinfo',
  variables: {
    environment: {
      kind: 'choice',
      choices: ['account', 'account-d'],
      default: 'account',
      description: '`account`, or `account-d` for the developer’s environment',
    },
  },
  clientAuthentication: 'client_secret_basic',
  refreshTokens: 'issued',
})
