import { VaultError } from '../errors.js'
import type { AccessRecord, AccessStatement, NewAccessRecord, SubjectReference } from './access-record.js'
import { parseAction } from './action.js'
import type { Authorizer } from './authorizer.js'
import { partiesOf } from './holding.js'
import { parseResourceUri } from './resource-uri.js'
import type { RolePermission } from './role.js'
import { subjectOf } from './subject.js'

/** Who asks for a change of what others may do. */
export interface ChangeOptions {
  /**
   * Subject on whose behalf it is done: he hands on only what he may give. For each `allow` he needs `grant`, for each `grant` and `delegate`
   * he needs `delegate`, on a resource that covers it. Absent: the application itself, which may do everything.
   */
  readonly by?: string
}

/** A permission that a change would give on a resource. */
export interface Given {
  readonly permission: RolePermission
  readonly resourceUri: string
}

/** @throws {VaultError} `permission_denied` with reason `grant_missing`, for the first that the subject may not give. */
export function assertMayGive(authorizer: Authorizer, subject: string, given: Iterable<Given>): void {
  for (const { permission, resourceUri } of given) {
    const action = parseAction(permission.action, 'action')
    // A wildcard is asked for as such: only a grant that covers every value there covers it.
    const resource = parseResourceUri(resourceUri)
    const may = (right: 'grant' | 'delegate'): boolean => authorizer.isAllowed(subject, action, resource, right)
    const lacks = (permission.allow && !may('grant')) || ((permission.grant || permission.delegate) && !may('delegate'))
    if (!lacks) continue
    throw new VaultError(
      'permission_denied',
      `This caller may not give "${permission.action}" on "${resourceUri}". Ask somebody who has it with the right to give it on.`,
      { reason: 'grant_missing' },
    )
  }
}

/** What a record gives that it did not give before, or gives to somebody new. */
export function* givenByRecord(authorizer: Authorizer, next: NewAccessRecord, before?: AccessRecord): Iterable<Given> {
  for (const statement of next.statements) {
    if (before?.statements.some((old) => saysAsMuch(before, old, next, statement))) continue
    for (const roleId of statement.roles) yield* givenByRole(authorizer.roleOf(roleId)?.permissions ?? [], statement)
  }
}

/** What new permissions of a role give, wherever records name it. */
export function* givenByRoleChange(authorizer: Authorizer, roleId: string, added: readonly RolePermission[]): Iterable<Given> {
  for (const record of authorizer.records()) {
    for (const statement of record.statements) if (statement.roles.includes(roleId)) yield* givenByRole(added, statement)
  }
}

/** What the members of a group are given by the records that name it. */
export function* givenByMembership(authorizer: Authorizer, groupId: string): Iterable<Given> {
  for (const record of authorizer.records()) {
    for (const statement of record.statements) {
      if (!partiesOf(record, statement).groups.some((group) => group.groupId === groupId)) continue
      for (const roleId of statement.roles) yield* givenByRole(authorizer.roleOf(roleId)?.permissions ?? [], statement)
    }
  }
}

/** What the admins of records and groups may do with these, as far as `by` is none of them. */
export function* givenByAdministration(authorizer: Authorizer, subject: string, by: string): Iterable<Given> {
  for (const { recordId, admins } of authorizer.records()) {
    if (isAdmin(subject, admins) && !isAdmin(by, admins)) yield* administering(`Vault:AccessRecords/${encodeURIComponent(recordId)}`)
  }
  for (const { groupId, admins } of authorizer.groups()) {
    if (isAdmin(subject, admins) && !isAdmin(by, admins)) yield* administering(`Vault:Groups/${groupId}`)
  }
}

function isAdmin(subject: string, admins: readonly SubjectReference[] = []): boolean {
  return admins.some((admin) => subjectOf(admin) === subject)
}

function* administering(resourceUri: string): Iterable<Given> {
  for (const action of ['READ', 'UPDATE']) yield { permission: { action, allow: true, grant: false, delegate: false }, resourceUri }
}

function* givenByRole(permissions: readonly RolePermission[], { resources }: AccessStatement): Iterable<Given> {
  for (const permission of permissions) for (const { resourceUri } of resources) yield { permission, resourceUri }
}

/** Whether the old statement gave all of this, to all of these. */
function saysAsMuch(oldRecord: AccessRecord, old: AccessStatement, nextRecord: NewAccessRecord, next: AccessStatement): boolean {
  const [oldParties, nextParties] = [partiesOf(oldRecord, old), partiesOf(nextRecord, next)]
  return (
    isSubset(next.roles, old.roles) &&
    isSubset(next.resources.map(uriOf), old.resources.map(uriOf)) &&
    isSubset(nextParties.users.map(subjectOf), oldParties.users.map(subjectOf)) &&
    isSubset(nextParties.groups.map(idOf), oldParties.groups.map(idOf))
  )
}

const uriOf = ({ resourceUri }: { readonly resourceUri: string }): string => resourceUri
const idOf = ({ groupId }: { readonly groupId: string }): string => groupId

function isSubset(part: readonly string[], whole: readonly string[]): boolean {
  const known = new Set(whole)
  return part.every((item) => known.has(item))
}
