import { parseAction } from '../../src/permissions/action.js'
import { createGrantMatcher } from '../../src/permissions/matcher.js'
import { parseResourcePattern } from '../../src/permissions/resource-pattern.js'
import { parseResourceUri, type ResourceUri } from '../../src/permissions/resource-uri.js'

export interface GrantText {
  readonly action: string
  readonly resourceUri: string
}

/** What the vault says: parses everything as it does and asks its index. */
export function allows(grants: readonly GrantText[], action: string, resource: string | ResourceUri): boolean {
  const parsed = grants.map((grant) => ({ action: parseAction(grant.action), resource: parseResourcePattern(grant.resourceUri) }))
  return createGrantMatcher(parsed).covers(parseAction(action), parseResourceUri(resource))
}
