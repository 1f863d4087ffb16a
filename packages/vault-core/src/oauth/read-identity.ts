import * as oauth from 'oauth4webapi'
import type { Connection } from '../model/connection.js'
import type { Runtime } from '../runtime.js'
import type { Secret } from '../secret.js'
import { type FlowFacts, responseInvalid, userinfoUnavailable } from './authorization-errors.js'
import type { ProviderIdentity } from './authorization-flow.js'
import { boundedFetch } from './bounded-fetch.js'
import { withDeadline } from './deadline.js'
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
  const claims = await fetchUserinfo(endpoint, tokens.accessToken, connection, runtime, facts)
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
  connection: Connection,
  runtime: Runtime,
  facts: FlowFacts,
): Promise<Readonly<Record<string, unknown>>> {
  let text: string
  try {
    text = await withDeadline(runtime.clock, USERINFO_DEADLINE_MS, async (signal) => {
      const fetchBounded = boundedFetch(fetchOf(runtime, connection, 'userinfo'), signal)
      const response = await oauth.protectedResourceRequest(
        accessToken.reveal(),
        'GET',
        new URL(endpoint),
        new Headers({ accept: 'application/json' }),
        null,
        {
          // An http URL was allowed, or refused, when the connection and the metadata were read.
          [oauth.allowInsecureRequests]: true,
          [oauth.customFetch]: (url, { headers }) => fetchBounded(url, { headers }),
        },
      )
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
