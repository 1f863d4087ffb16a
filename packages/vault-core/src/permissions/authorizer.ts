import { type Log, silentLog } from '../log.js'
import type { DocumentRow } from '../storage/contract.js'
import type { AccessRecord, GroupReference, SubjectReference } from './access-record.js'
import { type Action, parseAction } from './action.js'
import { findRole } from './built-in-roles.js'
import { type Group, parseStoredGroup } from './group.js'
import { type Holding, holdingsOf, partiesOf } from './holding.js'
import { createLoadedKind } from './loaded-kind.js'
import { createGrantMatcher, type Grant, type GrantMatcher } from './matcher.js'
import { parseResourcePattern, type ResourcePattern } from './resource-pattern.js'
import type { ResourceUri } from './resource-uri.js'
import { parseStoredRole, type Role, type RolePermission } from './role.js'
import { parseStoredAccessRecord } from './stored-access-record.js'
import { subjectOf } from './subject.js'

/** What a permission lets its holder do: use it, give it, or pass on the right to give it. */
export type Right = 'allow' | 'grant' | 'delegate'

/** The stored documents that permissions come from. Absent: as they were. */
export interface PermissionDocuments {
  readonly records?: readonly DocumentRow[] | undefined
  readonly roles?: readonly DocumentRow[] | undefined
  readonly groups?: readonly DocumentRow[] | undefined
}

/** Decides by the documents it was given last. Knows no store and no clock. */
export interface Authorizer {
  /** Takes over the documents as they are now. Only what changed since the last time costs anything. */
  load(documents: PermissionDocuments): void
  isAllowed(subject: string, action: Action, resource: ResourceUri, right?: Right): boolean
  /** An access record that allows it: of several, any. */
  recordThatAllows(subject: string, action: Action, resource: ResourceUri): string | undefined
  /** All that the subject holds, with where it comes from: to explain and to list, not to decide. */
  holdingsOf(subject: string): Iterable<Holding>
  roleOf(roleId: string): Role | undefined
  /** Active records. */
  records(): Iterable<AccessRecord>
  groups(): Iterable<Group>
}

/** An active record, and whom it is about. */
interface LoadedRecord {
  readonly record: AccessRecord
  readonly subjects: ReadonlySet<string>
  readonly groups: ReadonlySet<string>
}

/**
 * Keeps the records by subject and by group, and an index of each subject's grants from his first check on, until a record about him
 * changes. So a record with many users and many resources is not multiplied out, and a change touches no other subject.
 */
export function createAuthorizer({ log = silentLog }: { readonly log?: Log } = {}): Authorizer {
  const records = createLoadedKind<LoadedRecord>({ noun: 'access record', parse: loadRecord, log })
  const roles = createLoadedKind<Role>({ noun: 'role', parse: parseStoredRole, log })
  const groups = createLoadedKind<Group>({ noun: 'group', parse: parseStoredGroup, log })
  const recordsOf = new Index()
  const recordsOfGroup = new Index()
  const groupsOf = new Index()
  let matchers = new Map<string, Map<Right, GrantMatcher>>()

  const roleOf = (roleId: string): Role | undefined => findRole(roleId) ?? roles.get(roleId)

  function indexRecords(changed: readonly string[]): void {
    for (const id of changed) {
      const now = records.get(id)
      const touched = [...recordsOf.replace(id, now?.subjects), ...membersOf(recordsOfGroup.replace(id, now?.groups))]
      for (const subject of touched) matchers.delete(subject)
    }
  }

  function* membersOf(groupIds: Iterable<string>): Iterable<string> {
    for (const groupId of groupIds) for (const user of groups.get(groupId)?.users ?? []) yield subjectOf(user)
  }

  function matcherOf(subject: string, right: Right): GrantMatcher {
    const known = matchers.get(subject) ?? new Map<Right, GrantMatcher>()
    matchers.set(subject, known)
    let matcher = known.get(right)
    if (!matcher) {
      matcher = createGrantMatcher(grantsOf(holdings(subject), right))
      known.set(right, matcher)
    }
    return matcher
  }

  /** Whom nothing names costs no memory. */
  function isNamed(subject: string): boolean {
    return recordsOf.has(subject) || groupsOf.has(subject)
  }

  function* holdings(subject: string): Iterable<Holding> {
    const memberships = groupsOf.get(subject)
    const isParty = (party: SubjectReference | GroupReference): boolean =>
      'groupId' in party ? memberships.has(party.groupId) : subjectOf(party) === subject
    const ids = new Set(recordsOf.get(subject))
    for (const groupId of memberships) for (const id of recordsOfGroup.get(groupId)) ids.add(id)
    for (const id of ids) {
      const loaded = records.get(id)
      if (loaded) yield* holdingsOf(loaded.record, isParty, roleOf)
    }
  }

  return {
    load(documents) {
      // A role or a group may be in many records: all indexes of grants are made anew then, each at the next check of its subject.
      const changedRoles = documents.roles ? roles.load(documents.roles) : []
      const changedGroups = documents.groups ? groups.load(documents.groups) : []
      for (const id of changedGroups) groupsOf.replace(id, groups.get(id)?.users.map(subjectOf))
      if (changedRoles.length > 0 || changedGroups.length > 0) matchers = new Map()
      if (documents.records) indexRecords(records.load(documents.records))
    },

    isAllowed: (subject, action, resource, right = 'allow') => isNamed(subject) && matcherOf(subject, right).covers(action, resource),

    recordThatAllows: (subject, action, resource) =>
      isNamed(subject) ? matcherOf(subject, 'allow').find(action, resource)?.recordId : undefined,

    holdingsOf: holdings,
    roleOf,
    *records() {
      for (const [, { record }] of records.entries()) yield record
    },
    *groups() {
      for (const [, group] of groups.entries()) yield group
    },
  }
}

/** For each name the ids that name it. */
class Index {
  readonly #idsByName = new Map<string, Set<string>>()
  readonly #namesById = new Map<string, ReadonlySet<string>>()

  get(name: string): ReadonlySet<string> {
    return this.#idsByName.get(name) ?? NONE
  }

  has(name: string): boolean {
    return this.#idsByName.has(name)
  }

  /** From now on `id` names these. @returns All that it named before or names now. */
  replace(id: string, names: Iterable<string> = []): ReadonlySet<string> {
    const before = this.#namesById.get(id) ?? NONE
    const now = new Set(names)
    for (const name of before) {
      const ids = this.#idsByName.get(name)
      ids?.delete(id)
      if (ids?.size === 0) this.#idsByName.delete(name)
    }
    for (const name of now) this.#idsByName.set(name, (this.#idsByName.get(name) ?? new Set()).add(id))
    if (now.size > 0) this.#namesById.set(id, now)
    else this.#namesById.delete(id)
    return new Set([...before, ...now])
  }
}

const NONE: ReadonlySet<string> = new Set()

/** Undefined for a record that was deleted: it gives nothing. */
function loadRecord(row: DocumentRow): LoadedRecord | undefined {
  const record = parseStoredAccessRecord(row)
  if (record.status !== 'ACTIVE') return undefined
  const parties = record.statements.map((statement) => partiesOf(record, statement))
  return {
    record,
    subjects: new Set(parties.flatMap(({ users }) => users.map(subjectOf))),
    groups: new Set(parties.flatMap(({ groups }) => groups.map(({ groupId }) => groupId))),
  }
}

/** The grants in these holdings that carry this right. What is said twice costs nothing more. */
function* grantsOf(holdings: Iterable<Holding>, right: Right): Iterable<Grant> {
  const actions = new Map<string, Action>()
  const resources = new Map<string, ResourcePattern>()
  const seen = new Map<Action, Set<ResourcePattern>>()
  for (const { permission, resourceUri, recordId } of holdings) {
    if (!carries(permission, right)) continue
    const action = remembered(actions, permission.action, () => parseAction(permission.action, 'action'))
    const resource = remembered(resources, resourceUri, () => parseResourcePattern(resourceUri))
    const of = remembered(seen, action, () => new Set<ResourcePattern>())
    if (of.has(resource)) continue
    of.add(resource)
    yield { action, resource, recordId }
  }
}

/** Whoever may pass on the right to give something may give it. */
function carries(permission: RolePermission, right: Right): boolean {
  return right === 'grant' ? permission.grant || permission.delegate : permission[right]
}

function remembered<Key, Value>(known: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = known.get(key)
  if (found !== undefined) return found
  const made = make()
  known.set(key, made)
  return made
}
