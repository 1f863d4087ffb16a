import { defineProvider } from '@holdfast/vault-core'

/** SurveyMonkey: scopes stand in the application, tokens do not end, and the answer says where the account’s API is (`access_url`). */
export const surveymonkey = /* @__PURE__ */ defineProvider({
  providerId: 'surveymonkey',
  name: 'SurveyMonkey',
  documentation: 'https://api.surveymonkey.com/v3/docs#authentication',
  authorizationEndpoint: 'https://api.surveymonkey.com/oauth/authorize',
  tokenEndpoint: 'https://api.surveymonkey.com/oauth/token',
  userinfoEndpoint: 'https://api.surveymonkey.com/v3/users/me',
  userIdExpression: '{id}',
  clientAuthentication: 'client_secret_post',
  refreshTokens: 'none',
  credentialProperties: ['access_url'],
  apiOrigins: ['https://api.surveymonkey.com', 'https://api.eu.surveymonkey.com', 'https://api.surveymonkey.ca'],
})
