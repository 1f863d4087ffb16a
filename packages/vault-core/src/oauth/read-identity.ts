import * as oauth from 'oauth4webapi'
import type { Connection } from '../model/connection.js'
import type { Runtime } from '../runtime.js'
import type { Secret } from '../secret.js'
import { type FlowFacts, responseInvalid, userinfoUnavailable } from './authorization-errors.js'
import type { ProviderIdentity } from './authorization-flow.js'
import { boundedFetch } from './bounded-fetch.js'
import { withDeadline } from './deadline.js'
import type { DpopKey } from './dpop-key.js'
import { fetchOf } from './fetch-of.js'
import type { ValidIdToken } from './id-token.js'
import { parseJsonObject } from './parse-json-object.js'
import type { TokenResponse } from './token-response.js'

/** What who consented is read from. */
export interface IdentityParts {
  readonly connection: Connection
  readonly authorizationServer: oauth.AuthorizationServer
  readonly idToken: ValidIdToken | undefined
  readonly tokens: TokenResponse
  /** The key that the access token is bound to. */
  readonly dpopKey: DpopKey | undefined
  readonly runtime: Runtime
  readonly facts: FlowFacts
}

/** How long the userinfo endpoint may take, milliseconds. A browser waits for it. */
const USERINFO_DEADLINE_MS = 10_000

/**
 * Who the user is at the provider: by the ID token, or where there is none by the userinfo endpoint.
 *
 * @throws {VaultError} `authorization_response_invalid` with reason `no_identity` where neither says so; `provider_unavailable`.
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#UserInfo OpenID Connect Core, section 5.3}
 */
export async function readIdentity({
  connection,
  authorizationServer,
  idToken,
  tokens,
  dpopKey,
  runtime,
  facts,
}: IdentityParts): Promise<ProviderIdentity> {
  const { connectionId } = connection
  if (idToken) {
    const { subject, claims } = idToken
    return { connectionId, issuer: authorizationServer.issuer, subject, claims, source: 'id_token' }
  }
  const endpoint = connection.endpoints.userinfo ?? authorizationServer.userinfo_endpoint
  if (endpoint === undefined || !tokens.accessToken)
    throw responseInvalid(facts, 'it says nothing of who the user is (no ID token, no userinfo endpoint)', 'no_identity')
  const claims = await fetchUserinfo(endpoint, tokens.accessToken, { connection, dpopKey, runtime, facts })
  const { sub } = claims
  return { connectionId, issuer: undefined, subject: typeof sub === 'string' && sub !== '' ? sub : undefined, claims, source: 'userinfo' }
}

/**
 * What the userinfo endpoint says of the owner of this token.
 *
 * @throws {VaultError} `provider_unavailable`; `authorization_response_invalid` for an answer that is no JSON object.
 */
export async function fetchUserinfo(
  endpoint: string,
  accessToken: Secret,
  parts: Pick<IdentityParts, 'connection' | 'dpopKey' | 'runtime' | 'facts'>,
): Promise<Readonly<Record<string, unknown>>> {
  const { runtime, facts } = parts
  let text: string
  try {
    text = await withDeadline(runtime.clock, USERINFO_DEADLINE_MS, async (signal) => {
      const asked = await askUserinfo(endpoint, accessToken, parts, signal)
      const response = asked.isForNonce ? (await askUserinfo(endpoint, accessToken, parts, signal)).response : asked.response
      if (response.status !== 200) throw new TypeError('The userinfo endpoint did not answer with 200.')
      return response.text()
    })
  } catch {
    // What went wrong may quote the token.
    throw userinfoUnavailable(facts)
  }
  const claims = parseJsonObject(text)
  if (!claims) throw responseInvalid(facts, 'the userinfo endpoint answered with no JSON object', 'no_identity')
  return claims
}

/** @returns `isForNonce`: it was refused, and says which nonce it wants in the proof (RFC 9449, section 9). */
async function askUserinfo(
  endpoint: string,
  accessToken: Secret,
  { connection, dpopKey, runtime }: Pick<IdentityParts, 'connection' | 'dpopKey' | 'runtime'>,
  signal: AbortSignal,
): Promise<{ readonly response: Response; readonly isForNonce: boolean }> {
  const fetchBounded = boundedFetch(fetchOf(runtime, connection, 'userinfo'), signal)
  const url = new URL(endpoint)
  const headers = new Headers({ accept: 'application/json' })
  if (dpopKey) headers.set('dpop', await dpopKey.proof({ accessToken: accessToken.reveal(), method: 'GET', url }))
  let isForNonce = false
  const response = await oauth.protectedResourceRequest(accessToken.reveal(), 'GET', url, headers, null, {
    // An http URL was allowed, or refused, when the connection and the metadata were read.
    [oauth.allowInsecureRequests]: true,
    [oauth.customFetch]: async (href, init) => {
      const answer = await fetchBounded(href, { headers: init.headers })
      isForNonce = (dpopKey?.noteNonce('api', href, answer.headers) ?? false) && answer.status === 401
      return answer
    },
  })
  return { response, isForNonce }
}
