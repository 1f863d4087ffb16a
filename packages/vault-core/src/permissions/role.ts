import { closedObject, createFieldProblems, type FieldProblems, listOf, textOf } from '../documents/field-problems.js'
import { readDescription, readId } from '../documents/read-fields.js'
import type { DocumentRow } from '../storage/contract.js'
import { parseAction } from './action.js'

/** What a role lets its holder do with one action. */
export interface RolePermission {
  /** `read`, `documents:*`, `*`. */
  readonly action: string
  /** May do it. Checks look at this alone. */
  readonly allow: boolean
  /** May give it to others, also without being able to do it. */
  readonly grant: boolean
  /** May pass on the right to give it. */
  readonly delegate: boolean
}

/** A bag of permissions. It names no resource: an access record puts roles and resources together. */
export interface Role {
  /** 1 to 64 characters. */
  readonly roleId: string
  /** 1 to 128 characters. */
  readonly name: string
  /** At most 1,024 characters. */
  readonly description: string
  /** At most 100. */
  readonly permissions: readonly RolePermission[]
}

export interface NewRole {
  /** Not one that begins with `Vault:` or `Authress:`: those are the vault's own. */
  readonly roleId: string
  readonly name: string
  readonly description?: string
  readonly permissions: readonly RolePermission[]
}

/** Kind of the documents that hold roles. */
export const ROLE_KIND = 'role'

export const ROLE_ID: { readonly pattern: RegExp; readonly words: string } = {
  pattern: /^[a-zA-Z0-9\-._:@]{1,64}$/,
  words: 'must be a role id of 1 to 64 characters: letters, digits, "-", ".", "_", ":", "@"',
}

/** @throws {VaultError} `invalid_request` naming every bad field: `permissions[0].action`, … */
export function parseNewRole(value: unknown): Role {
  const problems = createFieldProblems()
  const fields = closedObject(value, '', ['roleId', 'name', 'description', 'permissions'], problems)
  const roleId = readId(fields?.get('roleId'), 'roleId', ROLE_ID, problems)
  if (fields && fields.get('roleId') === undefined) problems.add('roleId', ROLE_ID.words)
  if (roleId !== undefined && /^(?:(?:Vault|Authress):|UserCredentialsViewer$)/.test(roleId))
    problems.add('roleId', 'must not be one of the vault\'s own, which begin with "Vault:" or "Authress:"')
  const name = textOf(fields?.get('name'), 'name', { minimum: 1, maximum: 128 }, problems)
  const description = readDescription(fields?.get('description'), problems)
  const permissions = listOf(fields?.get('permissions'), 'permissions', { minimum: 1, maximum: 100 }, problems, (item, path) =>
    readPermission(item, path, problems),
  )
  problems.throwIfAny('The role')
  return { roleId: roleId ?? '', name: name ?? '', description: description ?? '', permissions: permissions ?? [] }
}

function readPermission(value: unknown, path: string, problems: FieldProblems): RolePermission | undefined {
  const fields = closedObject(value, path, ['action', 'allow', 'grant', 'delegate'], problems)
  const action = fields?.get('action')
  if (typeof action === 'string') problems.collect(() => parseAction(action, `${path}.action`))
  else if (fields) problems.add(`${path}.action`, 'must be text')
  const flagOf = (name: string): boolean => {
    const flag = fields?.get(name) ?? false
    if (typeof flag !== 'boolean') problems.add(`${path}.${name}`, 'must be true or false')
    return flag === true
  }
  return { action: String(action), allow: flagOf('allow'), grant: flagOf('grant'), delegate: flagOf('delegate') }
}

/** Reads a stored role. @throws When the row holds none; then it gives nothing. */
export function parseStoredRole(row: DocumentRow): Role {
  const role = parseNewRole(JSON.parse(row.data))
  if (role.roleId !== row.id) throw new TypeError('The role stands under the id of another.')
  return role
}
