import type { GroupReference, SubjectReference } from './access-record.js'
import { type Action, parseAction } from './action.js'
import type { Holding } from './holding.js'
import { createGrantMatcher } from './matcher.js'
import { parseResourcePattern } from './resource-pattern.js'
import type { ResourceUri } from './resource-uri.js'

/** Why something is allowed, or why it is not. */
export interface PermissionDecision {
  readonly allowed: boolean
  /** Everything that allows it. Empty when nothing does. */
  readonly grants: readonly DecidingGrant[]
  /**
   * Why not: no active record names the subject or a group of his; what he holds is about other resources; or it covers
   * the resource, and allows something else. Absent when it is allowed.
   */
  readonly reason?: 'no_record_names_subject' | 'no_grant_covers_resource' | 'no_role_allows_permission'
  /** With `no_role_allows_permission`: the grants that cover the resource, at most 20. */
  readonly nearest?: readonly DecidingGrant[]
}

/** One permission of one role of one statement. */
export interface DecidingGrant {
  readonly recordId: string
  readonly recordName: string
  /** Place in the record's statements, from 0. */
  readonly statement: number
  readonly roleId: string
  readonly action: string
  readonly resourceUri: string
  /** The user, or the group that he is in, that the statement is about. */
  readonly via: SubjectReference | GroupReference
}

const MAX_NEAREST = 20
const EVERY_ACTION: Action = { parts: [] }

/** Explains a decision by all that a subject holds. Says `allowed` exactly when the authorizer does. */
export function explainDecision(holdings: Iterable<Holding>, action: Action, resource: ResourceUri): PermissionDecision {
  let holdsAnything = false
  const grants: DecidingGrant[] = []
  const nearest: DecidingGrant[] = []
  for (const holding of holdings) {
    holdsAnything = true
    const pattern = parseResourcePattern(holding.resourceUri)
    if (!createGrantMatcher([{ action: EVERY_ACTION, resource: pattern }]).covers(action, resource)) continue
    const granted = parseAction(holding.permission.action, 'action')
    const allows = holding.permission.allow && createGrantMatcher([{ action: granted, resource: pattern }]).covers(action, resource)
    if (allows) grants.push(describe(holding))
    else if (nearest.length < MAX_NEAREST) nearest.push(describe(holding))
  }
  if (grants.length > 0) return { allowed: true, grants }
  if (nearest.length > 0) return { allowed: false, grants, reason: 'no_role_allows_permission', nearest }
  return { allowed: false, grants, reason: holdsAnything ? 'no_grant_covers_resource' : 'no_record_names_subject' }
}

function describe({ permission, ...holding }: Holding): DecidingGrant {
  const { recordId, recordName, statement, roleId, resourceUri, via } = holding
  return { recordId, recordName, statement, roleId, action: permission.action, resourceUri, via }
}
