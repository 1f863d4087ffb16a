import type { Connection, ConnectionProperties } from './connection.js'
import { scopesOf } from './scopes.js'

/** What was granted, and what has to be. */
export interface ScopeNeed {
  /** Undefined when the user has not connected. */
  readonly granted: ReadonlySet<string> | undefined
  readonly required: readonly string[]
}

/**
 * The connection properties of a flow after which the credential has the required scopes, and keeps those that it has.
 *
 * @param own - Properties of the flow's own, over the connection's defaults.
 * @example
 * ```ts
 * scopeProperties(connection, { granted: new Set(['email']), required: ['files.read'] }) // { scope: 'email files.read' }
 * ```
 */
export function scopeProperties(
  connection: Connection,
  { granted, required }: ScopeNeed,
  own: ConnectionProperties = {},
): ConnectionProperties {
  const { defaultConnectionProperties, incrementalConnectionProperties, scopeSeparator } = connection
  const asked = scopesOf(own['scope'] ?? defaultConnectionProperties['scope'])
  const scope = [...new Set([...asked, ...(granted ?? []), ...required])].join(scopeSeparator)
  const isUpgrade = granted !== undefined && required.some((name) => !granted.has(name))
  return { ...own, ...(isUpgrade && incrementalConnectionProperties), ...(scope !== '' && { scope }) }
}
