import { type ConnectionInfo, isConnectedResource } from '@holdfast/vault-core'
import type { HandlerSettings } from '../options.js'
import { ExchangeError, targetRefused } from './exchange-error.js'
import type { ExchangeTargets } from './exchange-request.js'

/** The connection that a request names. */
export interface ExchangeTarget {
  /** What the caller must have a right to. */
  readonly connectionId: string
  /** False: nothing is there for him, whatever he has a right to. To be told after the right is decided, as he must not learn which it was. */
  readonly isNamed: boolean
}

/**
 * Reads which connection a request names. Whether there is such a connection is not asked, so that nothing is told of it to whoever has no right.
 * Only an issuer has to be looked for, through all connections, whether or not one has it.
 *
 * @throws {ExchangeError} `invalid_target` when the names disagree, or a resource names no connection.
 * @throws {VaultError} `store_unavailable`.
 */
export async function targetOf<Context>(settings: HandlerSettings<Context>, targets: ExchangeTargets): Promise<ExchangeTarget> {
  const { connection, audience, resource } = targets
  const ofUrl = resource === undefined ? undefined : idInUrl(settings, resource)
  const [id, ...others] = new Set([connection, audience, ofUrl].filter((name) => name !== undefined))
  if (others.length > 0)
    throw new ExchangeError('invalid_target', 'The parameters connection, audience and resource name different connections. Name one.')
  if (resource === undefined || ofUrl !== undefined) return { connectionId: id ?? NO_CONNECTION, isNamed: id !== undefined }
  const ofIssuer = await connectionOfIssuer(settings, resource)
  return { connectionId: id ?? ofIssuer ?? NO_CONNECTION, isNamed: ofIssuer !== undefined && (id === undefined || id === ofIssuer) }
}

/** Stands for one that was not found, so that the right to it costs as much to decide as to any other. */
const NO_CONNECTION = '-'

/** The id in `<public URL>/v1/connections/{id}`. Undefined for any other URL. */
function idInUrl<Context>({ origin, basePath }: HandlerSettings<Context>, resource: string): string | undefined {
  const prefix = `${origin}${basePath}/v1/connections/`
  if (!resource.startsWith(prefix)) return undefined
  try {
    return decodeURIComponent(resource.slice(prefix.length))
  } catch {
    throw targetRefused()
  }
}

/**
 * Undefined when no connection has this issuer, and when several have. Servers that were connected by their URL name whatever issuer they like: beside a
 * connection that was configured they do not count.
 */
async function connectionOfIssuer<Context>({ vault }: HandlerSettings<Context>, issuer: string): Promise<string | undefined> {
  const found: ConnectionInfo[] = []
  let cursor: string | undefined
  do {
    const page: Awaited<ReturnType<typeof vault.connections.describeAll>> = await vault.connections.describeAll({
      ...(cursor !== undefined && { cursor }),
    })
    found.push(...page.items.filter((info) => isIssuerOf(info, issuer)))
    cursor = page.cursor
  } while (cursor !== undefined)
  const configured = found.filter((info) => !isConnectedResource(info))
  const [first, ...others] = configured.length > 0 ? configured : found
  return others.length === 0 ? first?.connectionId : undefined
}

/** URL libraries put a slash behind a bare origin. */
function isIssuerOf({ issuer }: ConnectionInfo, text: string): boolean {
  return issuer !== undefined && issuer.replace(/\/$/, '') === text.replace(/\/$/, '')
}
