import { readCredentialData } from '../credentials/credential-data.js'
import { fromBase64 } from '../crypto/base64.js'
import type { Connection } from '../model/connection.js'
import { CLOCK_TOLERANCE_S } from '../oauth/client-authentication.js'
import { parseJsonObject } from '../oauth/parse-json-object.js'
import type { TokenProblem, TokenResponse } from '../oauth/token-response.js'
import type { CredentialRow } from '../storage/contract.js'

/**
 * The answer to a refresh, with a fatal problem if an ID token in it is of another user, for another application or from another issuer than the
 * consent's was: then its access token is not the user's, either. The claims are compared without asking anybody for keys, as the answer has to be
 * stored first: the TLS connection to the token endpoint vouches for them. What is no ID token at all says nothing.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse OpenID Connect Core, section 12.2}
 */
export function withJudgedIdToken(response: TokenResponse, connection: Connection, row: CredentialRow, nowMs: number): TokenResponse {
  const claims = response.idToken && claimsOf(response.idToken.reveal())
  const problem = claims && problemOf(claims, connection, readCredentialData(row).subject, nowMs)
  if (problem === undefined) return response
  const fatal: TokenProblem = { field: 'id_token', problem, fatal: true }
  return { ...response, problems: [...response.problems, fatal] }
}

type Claims = Readonly<Record<string, unknown>>

function problemOf(
  { iss, sub, aud, azp, iat }: Claims,
  { issuer, clientId, userIdExpression, quirks }: Connection,
  subject: string | null,
  nowMs: number,
): string | undefined {
  // Without an issuer, ID tokens were never looked at.
  if (issuer === undefined) return undefined
  if (iss !== issuer) return 'is from another issuer'
  const isNamedBySub = quirks.userIdSource !== 'token_response' && [undefined, '{sub}'].includes(userIdExpression)
  if (subject !== null && isNamedBySub && sub !== subject) return 'is of another user'
  if (![aud].flat().includes(clientId) || (azp !== undefined && azp !== clientId)) return 'is for another application'
  return typeof iat === 'number' && iat > nowMs / 1000 + CLOCK_TOLERANCE_S ? 'is from the future' : undefined
}

function claimsOf(idToken: string): Claims | undefined {
  const [, payload = '', ...rest] = idToken.split('.')
  const bytes = rest.length === 1 ? fromBase64(payload) : undefined
  return bytes && parseJsonObject(new TextDecoder().decode(bytes))
}
