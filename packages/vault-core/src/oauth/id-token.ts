import * as oauth from 'oauth4webapi'
import type { Connection } from '../model/connection.js'
import type { Runtime } from '../runtime.js'
import type { Secret } from '../secret.js'
import { boundedFetch } from './bounded-fetch.js'
import { CLOCK_TOLERANCE_S, clientOf } from './client-authentication.js'
import { withDeadline } from './deadline.js'
import { fetchOf } from './fetch-of.js'

export interface ValidIdToken {
  readonly kind: 'valid'
  readonly subject: string
  readonly claims: Readonly<Record<string, unknown>>
}

export type CheckedIdToken =
  | ValidIdToken
  /** `problem` says what is wrong in our own words, with nothing of the token in it. */
  | { readonly kind: 'invalid'; readonly problem: string }
  /** The server's keys cannot be had now. */
  | { readonly kind: 'keys_unavailable' }

export interface IdTokenCheck {
  readonly connection: Connection
  readonly authorizationServer: oauth.AuthorizationServer
  readonly idToken: Secret | undefined
  /** Undefined where none could be sent. */
  readonly nonce: string | undefined
  readonly runtime: Runtime
}

/** How long fetching the server's keys may take, milliseconds. */
const KEYS_DEADLINE_MS = 10_000

/**
 * Checks an ID token from the token endpoint: algorithm, iss, aud, azp, exp, nbf, iat, nonce, sub, and the signature when the
 * server's keys are known. Without them the TLS connection to the token endpoint vouches for it.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation OpenID Connect Core, section 3.1.3.7}
 */
export async function checkIdToken({ connection, authorizationServer, idToken, nonce, runtime }: IdTokenCheck): Promise<CheckedIdToken> {
  if (!idToken) return { kind: 'invalid', problem: 'is missing' }
  const client = clientOf(connection, runtime)
  // The other fields were read leniently already; oauth4webapi is to judge the ID token alone.
  const answer = new Response(JSON.stringify({ access_token: 'unused', token_type: 'bearer', id_token: idToken.reveal() }), {
    headers: { 'content-type': 'application/json' },
  })
  let claims: oauth.IDToken | undefined
  try {
    const processed = await oauth.processAuthorizationCodeResponse(authorizationServer, client, answer, {
      expectedNonce: nonce ?? oauth.expectNoNonce,
      requireIdToken: true,
    })
    claims = oauth.getValidatedIdTokenClaims(processed)
  } catch (error) {
    return { kind: 'invalid', problem: claimOf(error) }
  }
  const problem = claims ? claimsProblem(claims, connection.clientId, runtime.clock.now() / 1000) : 'is missing'
  if (claims === undefined || problem !== undefined) return { kind: 'invalid', problem: problem ?? 'is missing' }
  if (authorizationServer.jwks_uri !== undefined) {
    const signature = await checkSignature(authorizationServer, answer, fetchOf(runtime, connection, 'metadata'), runtime)
    if (signature !== 'valid')
      return signature === 'unavailable' ? { kind: 'keys_unavailable' } : { kind: 'invalid', problem: 'has a wrong signature' }
  }
  return { kind: 'valid', subject: claims.sub, claims }
}

/** What oauth4webapi leaves to the caller. */
function claimsProblem(claims: oauth.IDToken, clientId: string, nowS: number): string | undefined {
  const { sub, exp, iat, azp, aud } = claims
  if (sub === '' || sub.length > MAX_SUBJECT_LENGTH) return 'has a wrong `sub`'
  // JSON has no infinity, but 1e999 is read as one.
  if (!Number.isFinite(exp) || !Number.isFinite(iat)) return 'has a wrong `exp` or `iat`'
  if (iat > nowS + CLOCK_TOLERANCE_S || iat < 0 || exp < iat) return 'has a wrong `iat`'
  if (azp !== undefined && azp !== clientId) return 'has a wrong `azp`'
  return [aud].flat().every((audience) => typeof audience === 'string') ? undefined : 'has a wrong `aud`'
}

/** OpenID Connect Core, section 2: at most 255 ASCII characters. */
const MAX_SUBJECT_LENGTH = 255

async function checkSignature(
  server: oauth.AuthorizationServer,
  answer: Response,
  fetch: Runtime['fetch'],
  { clock }: Runtime,
): Promise<'valid' | 'invalid' | 'unavailable'> {
  let keysFailed = false
  try {
    await withDeadline(clock, KEYS_DEADLINE_MS, (signal) => {
      const fetchKeys = boundedFetch(fetch, signal)
      return oauth.validateApplicationLevelSignature(server, answer, {
        // An http URL of the keys was allowed, or refused, when the connection and the metadata were read.
        [oauth.allowInsecureRequests]: true,
        [oauth.customFetch]: async (url, init) => {
          keysFailed = true
          const keys = await fetchKeys(url, init)
          keysFailed = keys.status !== 200
          return keys
        },
      })
    })
    return 'valid'
  } catch {
    return keysFailed ? 'unavailable' : 'invalid'
  }
}

/** Claims that oauth4webapi names in its errors. Its messages and causes are left out: they quote the token. */
const NAMED_CLAIMS = ['iss', 'aud', 'azp', 'exp', 'nbf', 'iat', 'nonce', 'sub', 'auth_time', 'alg']

function claimOf(error: unknown): string {
  const message = error instanceof Error ? error.message : ''
  const claim = NAMED_CLAIMS.find((name) => message.includes(`"${name}"`))
  return claim === undefined ? 'cannot be read' : `has a wrong \`${claim}\``
}
