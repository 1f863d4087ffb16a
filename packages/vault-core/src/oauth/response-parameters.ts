/**
 * What a provider adds to the redirect URI. A redirect URI that has one of these already could not be told from an answer; in an answer each may
 * come once (RFC 6749, section 3.1), and others are ignored (section 4.1.2).
 */
export const AUTHORIZATION_RESPONSE_PARAMETERS: readonly string[] = [
  'code',
  'state',
  'iss',
  'error',
  'error_description',
  'error_uri',
  'response',
  'id_token',
  'access_token',
  'token',
]
