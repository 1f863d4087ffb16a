import type { AccessRecord, AccessStatement, GroupReference, SubjectReference } from './access-record.js'
import type { Role, RolePermission } from './role.js'

/** One permission on one resource that a subject holds, and where it comes from. */
export interface Holding {
  readonly recordId: string
  readonly recordName: string
  /** Place of the statement in its record, from 0. */
  readonly statement: number
  /** As the statement spells it. */
  readonly roleId: string
  readonly permission: RolePermission
  /** As the statement spells it. */
  readonly resourceUri: string
  readonly via: SubjectReference | GroupReference
}

/** Whom a statement of a record is about: its own users and groups, or else the record's. */
export function partiesOf(
  record: Pick<AccessRecord, 'users' | 'groups'>,
  statement: AccessStatement,
): Required<Pick<AccessStatement, 'users' | 'groups'>> {
  const own = statement.users?.length || statement.groups?.length
  const { users = [], groups = [] } = own ? statement : record
  return { users, groups }
}

/** What a record gives through one of its parties. `isParty` tells whether the subject is that user, or a member of that group. */
export function* holdingsOf(
  record: AccessRecord,
  isParty: (party: SubjectReference | GroupReference) => boolean,
  roleOf: (roleId: string) => Role | undefined,
): Iterable<Holding> {
  for (const [index, statement] of record.statements.entries()) {
    const { users, groups } = partiesOf(record, statement)
    const via = users.find(isParty) ?? groups.find(isParty)
    if (!via) continue
    for (const roleId of statement.roles) {
      for (const permission of roleOf(roleId)?.permissions ?? []) {
        for (const { resourceUri } of statement.resources) {
          yield { recordId: record.recordId, recordName: record.name, statement: index, roleId, permission, resourceUri, via }
        }
      }
    }
  }
}
