import { defineAbility, type ForcedSubject, type MongoAbility, subject } from '@casl/ability'
import { createGrantMatcher, parseAction, parseResourcePattern, parseResourceUri } from '@holdfast/vault-core/internal'
import { newEnforcer, newModelFromString } from 'casbin'

/** Answers whether this action is allowed on this resource. Both are texts, as a request brings them. */
export type Check = (action: string, resource: string) => boolean

/** So many grants to read: most on one document of one organisation each, every tenth with a wildcard for the organisation. */
export function makeGrants(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) =>
    index % 10 === 0 ? `Docs:Organizations/*/Documents/w${index}` : `Docs:Organizations/o${index % 97}/Documents/d${index}`,
  )
}

/** Ours, from the texts to the answer. */
export function trie(grants: readonly string[]): Check {
  const matcher = createGrantMatcher(grants.map((uri) => ({ action: parseAction('read'), resource: parseResourcePattern(uri) })))
  return (action, resource) => matcher.covers(parseAction(action), parseResourceUri(resource))
}

/** Ours, for texts that were parsed before: what a check costs in a host that asks about the same resource again. */
export function parsedTrie(grants: readonly string[], action: string, resource: string): () => boolean {
  const matcher = createGrantMatcher(grants.map((uri) => ({ action: parseAction('read'), resource: parseResourcePattern(uri) })))
  const [parsedAction, parsedResource] = [parseAction(action), parseResourceUri(resource)]
  return () => matcher.covers(parsedAction, parsedResource)
}

/** What many write for themselves: a compiled regular expression for each grant, tried in turn. */
export function regexList(grants: readonly string[]): Check {
  const patterns = grants.map((uri) => {
    const source = uri
      .split('/')
      .map((segment) => (segment === '*' ? '[^/]+' : segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
      .join('/')
    return new RegExp(`^${source}(?:/.*)?$`)
  })
  return (action, resource) => action.toLowerCase() === 'read' && patterns.some((pattern) => pattern.test(resource))
}

interface Document extends ForcedSubject<'Document'> {
  readonly organization: string
  readonly document: string
}
type Abilities = MongoAbility<['read', 'Document' | Document]>

/** CASL, a rule for each grant, its conditions on the organisation and the document. */
export function casl(grants: readonly string[]): Check {
  const ability = defineAbility<Abilities>((can) => {
    for (const uri of grants) {
      const [, organization = '', , document = ''] = uri.split('/')
      can('read', 'Document', { document, ...(organization !== '*' && { organization }) })
    }
  })
  return (action, resource) => {
    const [, organization = '', , document = ''] = resource.split('/')
    return action.toLowerCase() === 'read' && ability.can('read', subject('Document', { organization, document }))
  }
}

const CASBIN_MODEL = `
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.sub == p.sub && keyMatch4(r.obj, p.obj) && r.act == p.act
`

/** casbin, a policy for each grant, matched by its own function for paths. Its synchronous call is the faster one, and is what the others do. */
export async function casbin(grants: readonly string[]): Promise<Check> {
  const model = newModelFromString(CASBIN_MODEL)
  const enforcer = await newEnforcer(model)
  await enforcer.addPolicies(grants.map((uri) => ['job', uri.replaceAll('*', '{any}'), 'read']))
  return (action, resource) => enforcer.enforceSync('job', resource, action.toLowerCase())
}
