import { fromBase64 } from '../crypto/base64.js'
import { parseJsonObject } from './parse-json-object.js'

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

/**
 * The `state` of an authorization response, to find the flow by: in the URL, or in the JWT that stands there in its place. Nothing is checked yet.
 *
 * @returns Empty where there is none, or more than one.
 * @see {@link https://openid.net/specs/oauth-v2-jarm.html JARM}
 */
export function authorizationResponseState({ searchParams }: URL): string {
  const [state, ...more] = searchParams.getAll('state')
  if (more.length > 0) return ''
  if (state !== undefined) return state
  const [, payload = '', ...rest] = (searchParams.get('response') ?? '').split('.')
  const bytes = rest.length === 1 ? fromBase64(payload) : undefined
  const claim = bytes && parseJsonObject(new TextDecoder().decode(bytes))?.state
  return typeof claim === 'string' ? claim : ''
}
