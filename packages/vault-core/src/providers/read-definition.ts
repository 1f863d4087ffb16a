import { readConnection } from '../model/parse-connection.js'
import { unknownField } from '../model/unknown-field.js'
import { fillDefinition } from './fill-definition.js'
import type { ProviderDefinition, ProviderVariable } from './provider-definition.js'
import { placesIn, sampleValue, templateProblem, variableProblem } from './url-template.js'

const FIELDS: Readonly<Record<keyof ProviderDefinition, true>> = {
  providerId: true,
  name: true,
  documentation: true,
  refreshTokens: true,
  offlineAccess: true,
  defaultScopes: true,
  variables: true,
  issuer: true,
  authorizationEndpoint: true,
  tokenEndpoint: true,
  revocationEndpoint: true,
  revocation: true,
  userinfoEndpoint: true,
  jwksUri: true,
  pushedAuthorizationRequestEndpoint: true,
  deviceAuthorizationEndpoint: true,
  pushedAuthorizationRequests: true,
  userIdExpression: true,
  clientAuthentication: true,
  defaultConnectionProperties: true,
  incrementalConnectionProperties: true,
  scopeSeparator: true,
  resource: true,
  dpop: true,
  responseMode: true,
  rotation: true,
  defaultLifetimeS: true,
  refreshTokenIdleLifetimeS: true,
  tokenRequestContentType: true,
  apiOrigins: true,
  apiTokenHeader: true,
  pkce: true,
  clientIdParameter: true,
  tokenRequestHeaders: true,
  tokenRequestParameters: true,
  errorCodes: true,
  refreshRequest: true,
  longLivedRequest: true,
  credentialProperties: true,
  userIdSource: true,
  accountLabelExpression: true,
  hooks: true,
}

/** What is wrong with a definition, by field. It is tried as a connection, with a sample for each variable, so that the rules are the same. */
export function definitionProblems(given: unknown): ReadonlyMap<string, string> {
  const problems = new Map<string, string>()
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return new Map([['definition', 'must be an object']])
  const known = Object.keys(FIELDS)
  for (const field of Object.keys(given)) if (!known.includes(field)) problems.set(...unknownField(field, known, 'provider'))
  const definition = given as ProviderDefinition
  const { providerId, name, documentation, refreshTokens, offlineAccess, defaultScopes } = definition
  if (typeof providerId !== 'string' || !/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/.test(providerId))
    problems.set('providerId', 'must be 1 to 64 lower-case letters, digits and `-`')
  if (typeof name !== 'string' || name.trim() === '') problems.set('name', 'is missing')
  if (typeof documentation !== 'string' || !documentation.startsWith('https://') || !URL.canParse(documentation))
    problems.set('documentation', 'must be the https URL of the page about its OAuth')
  if (!['issued', 'with_offline_access', 'none'].includes(refreshTokens))
    problems.set('refreshTokens', 'must be `issued`, `with_offline_access` or `none`')
  if ((refreshTokens === 'with_offline_access') !== (offlineAccess !== undefined))
    problems.set(
      'offlineAccess',
      'says how refresh tokens are asked for: it goes with `refreshTokens: "with_offline_access"`, and with that alone',
    )
  if (defaultScopes !== undefined && !(Array.isArray(defaultScopes) && defaultScopes.every((scope) => typeof scope === 'string')))
    problems.set('defaultScopes', 'must be an array of scopes')
  for (const [field, problem] of variableProblems(definition)) if (!problems.has(field)) problems.set(field, problem)
  return problems.size > 0 ? problems : connectionProblems(definition)
}

function variableProblems({ variables = {}, ...fields }: ProviderDefinition): readonly (readonly [string, string])[] {
  const templates = [...urlsIn(fields)]
  const unused = Object.keys(variables).filter((name) => !templates.some(([, url]) => placesIn(url).includes(name)))
  return [
    ...Object.entries(variables).flatMap(([name, variable]) => {
      const problem = declarationProblem(variable)
      return problem === undefined ? [] : [[`variables.${name}`, problem] as const]
    }),
    ...unused.map((name) => [`variables.${name}`, 'stands in no URL'] as const),
    ...templates.flatMap(([field, url]) => {
      const problem = templateProblem(url, variables)
      return problem === undefined ? [] : [[field, problem] as const]
    }),
  ]
}

function declarationProblem(variable: ProviderVariable): string | undefined {
  const { kind, description }: { kind?: unknown; description?: unknown } = variable
  if (!['label', 'host', 'segment', 'choice'].includes(String(kind))) return 'must have a `kind`: `label`, `host`, `segment` or `choice`'
  if (typeof description !== 'string' || description === '') return 'must have a `description` for who has to give it'
  if (variable.kind === 'choice' && !(Array.isArray(variable.choices) && variable.choices.length > 0 && variable.choices.every(isHostPart)))
    return 'must have `choices`, each of letters, digits, `.` and `-`'
  if (variable.kind === 'host' && variable.endings !== undefined && !areEndings(variable.endings))
    return 'must have `endings` as `.example.com`, in lower case and with the dot in front'
  return variable.default === undefined ? undefined : variableProblem(variable, variable.default)
}

function isHostPart(choice: unknown): boolean {
  return typeof choice === 'string' && /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i.test(choice)
}

/** Without the dot it would be the end of other people's host names, too. */
function areEndings(endings: unknown): boolean {
  const isEnding = (ending: unknown): boolean => typeof ending === 'string' && /^(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/.test(ending)
  return Array.isArray(endings) && endings.length > 0 && endings.every(isEnding)
}

/** Every URL in it, with the path of its field. */
function* urlsIn(value: unknown, path = ''): Generator<readonly [string, string]> {
  if (typeof value === 'string' && /^https?:\/\//.test(value)) yield [path, value]
  if (typeof value !== 'object' || value === null) return
  for (const [name, field] of Object.entries(value)) yield* urlsIn(field, path === '' ? name : `${path}.${name}`)
}

/** Of what the application gives: whether it fits is seen when it is given. */
const OF_THE_APPLICATION = ['clientSecret', 'privateKey', 'clientAuthentication', 'revocation.clientAuthentication']

function connectionProblems(definition: ProviderDefinition): ReadonlyMap<string, string> {
  const values = new Map(Object.entries(definition.variables ?? {}).map(([name, variable]) => [name, sampleValue(variable)]))
  const input = fillDefinition(definition, { values, scopes: undefined, offlineAccess: true, own: { clientId: 'sample' } })
  const read = readConnection(input)
  const problems = new Map(read.ok ? [] : read.problems)
  for (const field of OF_THE_APPLICATION) if (/^(?:is missing|is given|needs)/.test(problems.get(field) ?? '')) problems.delete(field)
  return problems
}
