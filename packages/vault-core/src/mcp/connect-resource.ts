import type { ConnectionInfo } from '../connections/connections.js'
import { sha256Base64url } from '../crypto/sha256-base64url.js'
import { isVaultError, VaultError } from '../errors.js'
import { extensionOf } from '../extension.js'
import type { ConnectionInput } from '../model/connection.js'
import { readConnectionProperties } from '../model/connection-properties.js'
import type { Vault } from '../vault-interface.js'
import { namedIssuer, serverOf } from './named-server.js'
import { registerClient } from './register-client.js'
import { createResourceAccess } from './resource-access.js'
import { fetchResourceMetadata, readChallenge } from './resource-metadata.js'
import { type ConnectResourceOptions, type ParsedResourceOptions, readResourceOptions } from './resource-options.js'
import { RESOURCE_TAG } from './resource-tag.js'

export interface ConnectedResource {
  /** For `authorization.start`, `getCredentials` and `vault.fetch`. */
  readonly connectionId: string
  /** As tokens are asked for. */
  readonly resource: string
  readonly issuer: string
  /** False: there was one already. */
  readonly isNew: boolean
}

/**
 * Makes a connection of the store for a server that says by itself how it is protected (RFC 9728), as MCP servers do: reads its metadata and those of
 * its authorization server, has the application registered there (RFC 7591), and keeps all that. From then on it is a connection as any other. Asked
 * again for the same resource it returns the same connection, and sends nothing.
 *
 * @throws {VaultError} `invalid_request`, naming each bad field; `provider_unavailable` with a `reason` (`no_resource_metadata`, `resource_mismatch`,
 * `no_authorization_server`, `no_pkce`, `no_registration`, `registration_refused`, `address_not_public`, `discovery_failed`); `invalid_configuration` where the
 * authorization server publishes no metadata, or another's; `conflict` when another connection has the id; `store_unavailable`.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9728 RFC 9728}
 * @example
 * ```ts
 * const { connectionId } = await connectResource(vault, {
 *   resource: 'https://mcp.example.com/mcp',
 *   clientName: 'My agent',
 *   redirectUris: ['https://app.example.com/connect/mcp/callback'],
 * })
 * ```
 */
export async function connectResource(vault: Vault, options: ConnectResourceOptions): Promise<ConnectedResource> {
  const asked = readResourceOptions(options)
  const connectionId = asked.connectionId ?? `mcp:${sha256Base64url(asked.resource.href).slice(0, 22)}`
  const { runtime } = extensionOf(vault)
  const known = await find(vault, connectionId)
  if (known) {
    assertSame(known, asked)
    if (!asked.again && !hasEnded(known, runtime.clock.now())) return describe(known, false)
  }

  const access = createResourceAccess(runtime, asked.resource, connectionId, asked.allowPrivateAddresses ?? false)
  access.assertUrl(asked.resource.href, 'its URL')
  const challenge = await readChallenge(asked.challenge)
  const metadata = await fetchResourceMetadata(asked.resource, challenge, access)
  const named = namedIssuer(metadata, asked)
  if (named === undefined)
    throw access.unusable('no_authorization_server', 'its metadata name no authorization server, or not the one that was asked for')
  access.assertUrl(named, 'its authorization server')
  const server = await serverOf(connectionId, named, runtime)
  if (!server) throw access.unusable('no_authorization_server', 'its authorization server publishes no metadata')
  const { issuer } = server
  if (server.authorization_endpoint === undefined || server.token_endpoint === undefined)
    throw access.unusable('no_authorization_server', 'its authorization server has no endpoint for users, or none for tokens')
  // The MCP specification: who does not state it must be taken not to check it, and a code that was stolen could then be used.
  const { code_challenge_methods_supported: challengeMethods } = server
  if (!Array.isArray(challengeMethods) || !challengeMethods.includes('S256'))
    throw access.unusable('no_pkce', 'its authorization server does not state that it checks PKCE by S256')
  const scopes = asked.scopes ?? (challenge.scopes.length > 0 ? challenge.scopes : metadata.scopes)
  const scope = scopes.length > 0 ? scopes.join(' ') : undefined
  // Before the server has registered anything.
  if (scope !== undefined && !readConnectionProperties({ scope }, 'scopes').ok) throw tooManyScopes(connectionId, asked.resource)
  const { secretExpiresAtS, ...client } = await registerClient(server, asked, scope, access)

  const connection: ConnectionInput = {
    connectionId,
    name: metadata.name ?? asked.resource.host,
    issuer,
    ...client,
    resource: metadata.resource,
    apiOrigins: [asked.resource.origin],
    tags: {
      [RESOURCE_TAG]: sha256Base64url(asked.resource.href),
      ...(secretExpiresAtS !== undefined && { [EXPIRY_TAG]: String(secretExpiresAtS) }),
    },
    ...(scope !== undefined && { defaultConnectionProperties: { scope } }),
  }
  if (known) {
    await vault.connections.put(connection)
    return describe(await vault.connections.describe(connectionId), true)
  }
  try {
    return describe(await vault.connections.create(connection), true)
  } catch (error) {
    // Another process was faster: its registration counts for all.
    const other = isVaultError(error, 'conflict') ? await find(vault, connectionId) : undefined
    if (!other) throw error
    assertSame(other, asked)
    return describe(other, false)
  }
}

const EXPIRY_TAG = 'client_secret_expires_at'

async function find(vault: Vault, connectionId: string): Promise<ConnectionInfo | undefined> {
  try {
    return await vault.connections.describe(connectionId)
  } catch (error) {
    if (isVaultError(error, 'connection_not_found')) return undefined
    throw error
  }
}

function assertSame({ connectionId, tags, source }: ConnectionInfo, { resource }: ParsedResourceOptions): void {
  if (source === 'store' && tags?.[RESOURCE_TAG] === sha256Base64url(resource.href)) return
  throw new VaultError('conflict', `Connection "${connectionId}" is there, and not for this resource. Give another \`connectionId\`.`, {
    connectionId,
  })
}

/** A secret that is good for less than a minute is none. */
function hasEnded({ tags }: ConnectionInfo, nowMs: number): boolean {
  const expiresAtS = Number(tags?.[EXPIRY_TAG] ?? Number.POSITIVE_INFINITY)
  return nowMs + 60_000 >= expiresAtS * 1000
}

function tooManyScopes(connectionId: string, { origin }: URL): VaultError {
  const problem = 'must name fewer: together they are longer than a request may have'
  return new VaultError(
    'invalid_request',
    `The scopes of ${origin} are too many to ask for all of them. Give \`scopes\`, those that you need.`,
    {
      connectionId,
      fields: { scopes: problem },
    },
  )
}

function describe({ connectionId, issuer = '', resource }: ConnectionInfo, isNew: boolean): ConnectedResource {
  const [first = ''] = [resource ?? []].flat()
  return { connectionId, resource: first, issuer, isNew }
}
