import { type Log, silentLog } from '../log.js'
import type { DocumentRow } from '../storage/contract.js'
import type { AccessRecord, SubjectReference } from './access-record.js'
import { type Action, parseAction } from './action.js'
import { createGrantMatcher, type Grant, type GrantMatcher } from './matcher.js'
import { parseResourcePattern } from './resource-pattern.js'
import type { ResourceUri } from './resource-uri.js'
import { findRole, type Role } from './roles.js'
import { parseStoredAccessRecord } from './stored-access-record.js'

/** Decides by the access records it was given last. Knows no store and no clock. */
export interface Authorizer {
  /** Takes over the stored access records as they are now. Only what changed since the last time costs anything. */
  load(rows: readonly DocumentRow[]): void
  isAllowed(subject: string, action: Action, resource: ResourceUri): boolean
}

/** An active record, and whom it is about. Undefined for one that gives nothing. */
interface LoadedRecord {
  readonly data: string
  readonly record: AccessRecord | undefined
  readonly subjects: ReadonlySet<string>
}

/**
 * Keeps the records by subject, and an index of each subject's grants from his first check on, until a record about him
 * changes. So a record with many users and many resources is not multiplied out, and a change touches no other subject.
 */
export function createAuthorizer({ log = silentLog }: { readonly log?: Log } = {}): Authorizer {
  const loaded = new Map<string, LoadedRecord>()
  const recordsOf = new Map<string, Set<string>>()
  const matchers = new Map<string, GrantMatcher>()

  function replace(id: string, next: LoadedRecord | undefined): void {
    for (const subject of loaded.get(id)?.subjects ?? []) {
      const ids = recordsOf.get(subject)
      ids?.delete(id)
      if (ids?.size === 0) recordsOf.delete(subject)
      matchers.delete(subject)
    }
    if (next === undefined) {
      loaded.delete(id)
      return
    }
    loaded.set(id, next)
    for (const subject of next.subjects) {
      const ids = recordsOf.get(subject) ?? new Set()
      recordsOf.set(subject, ids.add(id))
      matchers.delete(subject)
    }
  }

  return {
    load(rows) {
      const gone = new Set(loaded.keys())
      for (const row of rows) {
        gone.delete(row.id)
        if (loaded.get(row.id)?.data !== row.data) replace(row.id, loadRecord(row, log))
      }
      for (const id of gone) replace(id, undefined)
    },

    isAllowed(subject, action, resource) {
      const ids = recordsOf.get(subject)
      if (!ids) return false
      let matcher = matchers.get(subject)
      if (!matcher) {
        matcher = createGrantMatcher([...ids].flatMap((id) => [...allowedBy(loaded.get(id)?.record, subject)]))
        matchers.set(subject, matcher)
      }
      return matcher.covers(action, resource)
    },
  }
}

function loadRecord(row: DocumentRow, log: Log): LoadedRecord {
  const { data } = row
  try {
    const record = parseStoredAccessRecord(row)
    if (record.status !== 'ACTIVE') return { data, record: undefined, subjects: new Set() }
    const references = [...(record.users ?? []), ...record.statements.flatMap((statement) => statement.users ?? [])]
    return { data, record, subjects: new Set(references.map(subjectOf)) }
  } catch {
    log.warn({ recordId: row.id }, 'An access record cannot be read by this version of the vault. It gives no access.')
    return { data, record: undefined, subjects: new Set() }
  }
}

/** What a record lets this subject do. */
function* allowedBy(record: AccessRecord | undefined, subject: string): Iterable<Grant> {
  for (const statement of record?.statements ?? []) {
    const users = statement.users?.length ? statement.users : record?.users
    if (!users?.some((reference) => subjectOf(reference) === subject)) continue
    const resources = statement.resources.map(({ resourceUri }) => parseResourcePattern(resourceUri))
    for (const action of allowedActions(statement.roles)) {
      for (const resource of resources) yield { action, resource }
    }
  }
}

/** Different actions once each, so that roles that say the same cost nothing more. */
function allowedActions(roleIds: readonly string[]): readonly Action[] {
  const roles: readonly Role[] = roleIds.map(findRole).filter((role) => role !== undefined)
  const actions = new Set(roles.flatMap((role) => role.permissions.filter(({ allow }) => allow).map(({ action }) => action)))
  return [...actions].map((action) => parseAction(action, 'action'))
}

/** A service client may be named by its client id, or as a resource of the vault. */
function subjectOf({ userId }: SubjectReference): string {
  return /^(?:Vault|Authress):ServiceClients\/(sc_[A-Za-z0-9_-]+)$/.exec(userId)?.[1] ?? userId
}
