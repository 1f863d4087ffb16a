import type { ConnectionInput, ConnectionProperties } from '../model/connection.js'
import type { ProviderDefinition } from './provider-definition.js'
import { fillTemplate } from './url-template.js'

/** What a definition becomes a connection with. */
export interface Filling {
  /** By variable. */
  readonly values: ReadonlyMap<string, string>
  readonly scopes: readonly string[] | undefined
  readonly offlineAccess: boolean
  /** The application's own fields, which win over the definition's. */
  readonly own: Readonly<Record<string, unknown>>
}

/** The connection, unchecked: `createVault` reads it as any other. */
export function fillDefinition(definition: ProviderDefinition, { values, scopes, offlineAccess, own }: Filling): ConnectionInput {
  const {
    documentation: _documentation,
    refreshTokens: _refreshTokens,
    offlineAccess: offline = {},
    defaultScopes = [],
    variables: _variables,
    defaultConnectionProperties,
    ...fields
  } = fill(definition, values) as ProviderDefinition
  const asked = offlineAccess ? offline : {}
  const scope = [...new Set([...(scopes ?? defaultScopes), ...(asked.scope === undefined ? [] : [asked.scope])])]
  const properties = {
    ...defaultConnectionProperties,
    ...asked.parameters,
    ...(scope.length > 0 && { scope: scope.join(definition.scopeSeparator ?? ' ') }),
    ...(own.defaultConnectionProperties as ConnectionProperties | undefined),
  }
  const filled = {
    connectionId: definition.providerId,
    ...fields,
    ...own,
    ...(Object.keys(properties).length > 0 && { defaultConnectionProperties: properties }),
  }
  // The parser of connections refuses what the application's own fields have wrong.
  return filled as unknown as ConnectionInput
}

/** Every text in it, however deep; functions stay. */
function fill(value: unknown, values: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return /^https?:\/\//.test(value) ? fillTemplate(value, values) : value
  if (Array.isArray(value)) return value.map((item) => fill(item, values))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, fill(field, values)]))
}
