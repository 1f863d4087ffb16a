import type { ConnectionInput } from '../model/connection.js'
import { invalidConnections } from '../model/parse-connection.js'
import { fillDefinition } from './fill-definition.js'
import type { Provider, ProviderDefinition, ProviderOptions } from './provider-definition.js'
import { definitionProblems } from './read-definition.js'
import { variableProblem } from './url-template.js'

/** A definition with a field that no definition has does not compile. */
type Exactly<Given, Wanted> = Given & { readonly [Field in Exclude<keyof Given, keyof Wanted>]: never }

/**
 * Defines a provider once, as data; what it returns makes connections of it, `createVault({ connections: [acme({ clientId, clientSecret })] })`.
 * See the guide "Write a provider".
 *
 * @throws {VaultError} `invalid_configuration`, naming each field of the definition that is wrong.
 * @example
 * ```ts
 * export const acme = defineProvider({
 *   providerId: 'acme',
 *   name: 'Acme',
 *   documentation: 'https://docs.acme.example/oauth',
 *   authorizationEndpoint: 'https://{tenant}.acme.example/authorize',
 *   tokenEndpoint: 'https://{tenant}.acme.example/token',
 *   apiOrigins: ['https://{tenant}.acme.example'],
 *   variables: { tenant: { kind: 'label', description: 'the first part of your address at Acme' } },
 *   refreshTokens: 'issued',
 * })
 * ```
 */
export function defineProvider<const Definition extends ProviderDefinition>(
  definition: Exactly<Definition, ProviderDefinition>,
): Provider<Definition> {
  const problems = definitionProblems(definition)
  if (problems.size > 0) throw invalidConnections(`The definition of provider ${shownId(definition)} is wrong`, problems)
  const known: ProviderDefinition = Object.freeze({ ...definition })
  const provider = (options: ProviderOptions<Definition>): ConnectionInput => connectionOf(known, options)
  return Object.freeze(Object.assign(provider, { definition: known as Definition }))
}

function connectionOf(definition: ProviderDefinition, options: object): ConnectionInput {
  const given = new Map<string, unknown>(Object.entries(options))
  const values = new Map<string, string>()
  const problems = new Map<string, string>()
  for (const [name, variable] of Object.entries(definition.variables ?? {})) {
    const value = given.get(name) ?? variable.default
    const problem = variableProblem(variable, value)
    if (problem) problems.set(name, problem)
    else values.set(name, String(value))
    given.delete(name)
  }
  const { scopes, offlineAccess = true, ...own }: { scopes?: unknown; offlineAccess?: unknown } = Object.fromEntries(given)
  const isScope = (scope: unknown): scope is string => typeof scope === 'string' && scope !== '' && !/[\s,]/.test(scope)
  const isList = Array.isArray(scopes) && scopes.every(isScope)
  if (scopes !== undefined && !isList) problems.set('scopes', 'must be an array of scopes, each without white space or commas')
  // A connection's own check would answer with what connections without a provider say it by.
  if (given.has('scope')) problems.set('scope', 'is unknown; did you mean `scopes`?')
  if (typeof offlineAccess !== 'boolean') problems.set('offlineAccess', 'must be true or false')
  if (problems.size > 0) throw invalidConnections(`The connection of ${definition.name} is wrong`, problems)
  return fillDefinition(definition, { values, scopes: isList ? scopes : undefined, offlineAccess: offlineAccess === true, own })
}

function shownId({ providerId }: { readonly providerId?: unknown }): string {
  return typeof providerId === 'string' && /^[a-z0-9-]{1,64}$/.test(providerId) ? `"${providerId}"` : '(without an id)'
}
