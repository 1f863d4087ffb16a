import type { AuthorizationServer } from 'oauth4webapi'
import { VaultError } from '../errors.js'
import type { Connection } from '../model/connection.js'
import type { Runtime } from '../runtime.js'
import { fetchServerMetadata } from './server-metadata.js'

/** The endpoints to which the vault itself sends. */
type ServerEndpoint = 'token_endpoint' | 'revocation_endpoint'

/** Knows the authorization servers of connections. */
export interface Discovery {
  /**
   * What is known of a connection's authorization server: its metadata, with the connection's explicit endpoints over them.
   *
   * @param only - When this endpoint is configured explicitly it is all that is asked for, and nothing is fetched.
   * @throws {VaultError} `provider_unavailable` when the metadata cannot be had now; `invalid_configuration` when there are
   * none, or when they name another issuer.
   */
  authorizationServerOf(connection: Connection, only?: ServerEndpoint): Promise<AuthorizationServer>
}

/** How long metadata are used before they are fetched again. */
const FRESH_MS = 3_600_000
/** How long they are used while fetching them again goes on or fails. */
const STALE_MS = 86_400_000
/** How long a failure is remembered: enough to keep a crowd of callers off a server that is down. */
const FAILED_MS = 2_000

interface Entry {
  /** The fetch under way, shared by all who ask. */
  pending: Promise<AuthorizationServer> | undefined
  known: { readonly server: AuthorizationServer; readonly atMs: number } | undefined
  failed: { readonly error: unknown; readonly atMs: number } | undefined
}

/** Makes a {@link Discovery} that keeps what it learned; times are those of the injected monotonic clock. */
export function createDiscovery({ runtime }: { readonly runtime: Runtime }): Discovery {
  const entries = new WeakMap<Connection, Entry>()

  const fetchOnce = (entry: Entry, connection: Connection, issuer: string): Promise<AuthorizationServer> => {
    const now = runtime.clock.monotonic()
    if (entry.failed && now - entry.failed.atMs < FAILED_MS) return Promise.reject(entry.failed.error)
    entry.pending ??= fetchServer(connection, issuer, runtime)
      .then(
        (server) => {
          entry.known = { server, atMs: runtime.clock.monotonic() }
          entry.failed = undefined
          return server
        },
        (error: unknown) => {
          entry.failed = { error, atMs: runtime.clock.monotonic() }
          throw error
        },
      )
      .finally(() => {
        entry.pending = undefined
      })
    return entry.pending
  }

  return {
    async authorizationServerOf(connection, only) {
      const { issuer } = connection
      if (issuer === undefined || (only !== undefined && explicitEndpoint(connection, only) !== undefined))
        return serverOf(connection, undefined)
      const entry: Entry = entries.get(connection) ?? { pending: undefined, known: undefined, failed: undefined }
      entries.set(connection, entry)
      const ageMs = entry.known ? runtime.clock.monotonic() - entry.known.atMs : STALE_MS
      if (entry.known && ageMs < STALE_MS) {
        // Nobody waits for metadata that are only old, and a metadata server that is down stops nobody.
        if (ageMs >= FRESH_MS) fetchOnce(entry, connection, issuer).catch(() => undefined)
        return entry.known.server
      }
      return fetchOnce(entry, connection, issuer)
    },
  }
}

async function fetchServer(connection: Connection, issuer: string, runtime: Runtime): Promise<AuthorizationServer> {
  const metadata = await fetchServerMetadata(connection, issuer, runtime)
  const { authorization, token } = connection.endpoints
  if (metadata || (authorization !== undefined && token !== undefined)) return serverOf(connection, metadata)
  throw new VaultError(
    'invalid_configuration',
    `The issuer of connection "${connection.connectionId}" publishes no metadata. Configure \`authorizationEndpoint\` and \`tokenEndpoint\`.`,
    {
      connectionId: connection.connectionId,
      reason: 'no_metadata',
      fields: { issuer: 'publishes no metadata' },
    },
  )
}

function explicitEndpoint({ endpoints }: Connection, endpoint: ServerEndpoint): string | undefined {
  return endpoint === 'token_endpoint' ? endpoints.token : endpoints.revocation
}

/** Signatures of ID tokens that a public key verifies. `none` and `HS…` are never taken, whatever the metadata say. */
const SIGNATURE_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']

function publicAlgorithms(stated: unknown): string[] {
  return SIGNATURE_ALGORITHMS.filter((algorithm) => !Array.isArray(stated) || stated.includes(algorithm))
}

/** The server as oauth4webapi wants it: only what the vault uses. */
function serverOf({ connectionId, issuer, endpoints }: Connection, metadata: AuthorizationServer | undefined): AuthorizationServer {
  const known = {
    authorization_endpoint: endpoints.authorization ?? metadata?.authorization_endpoint,
    token_endpoint: endpoints.token ?? metadata?.token_endpoint,
    revocation_endpoint: endpoints.revocation ?? metadata?.revocation_endpoint,
    userinfo_endpoint: endpoints.userinfo ?? metadata?.userinfo_endpoint,
    jwks_uri: endpoints.jwks ?? metadata?.jwks_uri,
    pushed_authorization_request_endpoint: endpoints.pushedAuthorizationRequest ?? metadata?.pushed_authorization_request_endpoint,
    device_authorization_endpoint: endpoints.deviceAuthorization ?? metadata?.device_authorization_endpoint,
  }
  return {
    // oauth4webapi wants a name; where none is known nothing is ever compared with it.
    issuer: issuer ?? endpoints.token ?? connectionId,
    id_token_signing_alg_values_supported: publicAlgorithms(metadata?.id_token_signing_alg_values_supported),
    ...(metadata?.authorization_signing_alg_values_supported && {
      authorization_signing_alg_values_supported: publicAlgorithms(metadata.authorization_signing_alg_values_supported),
    }),
    authorization_response_iss_parameter_supported: metadata?.authorization_response_iss_parameter_supported === true,
    require_pushed_authorization_requests: metadata?.require_pushed_authorization_requests === true,
    ...aliasesOf(endpoints, metadata),
    ...Object.fromEntries(Object.entries(known).filter(([, url]) => url !== undefined)),
  }
}

/** An endpoint that the connection names counts for a client with a certificate, too. */
function aliasesOf(
  { token, revocation, pushedAuthorizationRequest, deviceAuthorization }: Connection['endpoints'],
  metadata: AuthorizationServer | undefined,
): Pick<AuthorizationServer, 'mtls_endpoint_aliases'> {
  if (!metadata?.mtls_endpoint_aliases) return {}
  const explicit = {
    token_endpoint: token,
    revocation_endpoint: revocation,
    pushed_authorization_request_endpoint: pushedAuthorizationRequest,
    device_authorization_endpoint: deviceAuthorization,
  }
  const stated = Object.entries(explicit).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return { mtls_endpoint_aliases: { ...metadata.mtls_endpoint_aliases, ...Object.fromEntries(stated) } }
}
