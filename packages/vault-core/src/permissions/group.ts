import { closedObject, createFieldProblems, textOf } from '../documents/field-problems.js'
import { readDescription, readId, readSubjects, readTags } from '../documents/read-fields.js'
import type { DocumentRow } from '../storage/contract.js'
import type { SubjectReference } from './access-record.js'

/** Users, and service clients, that access records name together. */
export interface Group {
  /** `grp_` and 1 to 96 letters, digits, `-`, `_`. */
  readonly groupId: string
  /** 1 to 128 characters. */
  readonly name: string
  /** At most 1,024 characters. */
  readonly description?: string
  /** At most 1,000. */
  readonly users: readonly SubjectReference[]
  /** Who may change the group, for the management API. At most 100. */
  readonly admins?: readonly SubjectReference[]
  readonly tags?: Readonly<Record<string, string>>
  /** ISO 8601. */
  readonly createdTime: string
  /** ISO 8601. Grows with each change. */
  readonly lastUpdated: string
}

export interface NewGroup {
  /** Default: made by the vault, `grp_…`. */
  readonly groupId?: string
  readonly name: string
  readonly description?: string
  readonly users: readonly SubjectReference[]
  readonly admins?: readonly SubjectReference[]
  readonly tags?: Readonly<Record<string, string>>
}

/** Kind of the documents that hold groups. */
export const GROUP_KIND = 'group'

/** Most characters of a group, as JSON: a store's page of them stays small. */
const MAX_GROUP_LENGTH = 100_000

export const GROUP_ID: { readonly pattern: RegExp; readonly words: string } = {
  pattern: /^grp_[a-zA-Z0-9\-_]{1,96}$/,
  words: 'must be "grp_" with 1 to 96 letters, digits, "-", "_" after it',
}

/** @throws {VaultError} `invalid_request` naming every bad field. */
export function parseNewGroup(value: unknown): NewGroup {
  const problems = createFieldProblems()
  const fields = closedObject(value, '', ['groupId', 'name', 'description', 'users', 'admins', 'tags'], problems)
  const groupId = readId(fields?.get('groupId'), 'groupId', GROUP_ID, problems)
  const name = textOf(fields?.get('name'), 'name', { minimum: 1, maximum: 128 }, problems)
  const description = readDescription(fields?.get('description'), problems)
  const users = readSubjects(fields?.get('users') ?? [], 'users', 1000, problems)
  const admins = readSubjects(fields?.get('admins'), 'admins', 100, problems)
  const tags = readTags(fields?.get('tags'), problems)
  const group: NewGroup = {
    ...(groupId !== undefined && { groupId }),
    name: name ?? '',
    ...(description !== undefined && { description }),
    users: users ?? [],
    ...(admins && { admins }),
    ...(tags && { tags }),
  }
  if (JSON.stringify(group).length > MAX_GROUP_LENGTH)
    problems.add('users', `must be fewer: the group is more than ${MAX_GROUP_LENGTH} characters long, as JSON`)
  problems.throwIfAny('The group')
  return group
}

/** Reads a stored group. @throws When the row holds none; then it has no members. */
export function parseStoredGroup(row: DocumentRow): Group {
  const stored: unknown = JSON.parse(row.data)
  if (typeof stored !== 'object' || stored === null) throw new TypeError('The document is no group.')
  const { createdTime, lastUpdated, ...content } = { createdTime: undefined, lastUpdated: undefined, ...stored }
  if (typeof createdTime !== 'string' || typeof lastUpdated !== 'string') throw new TypeError('The group has no times.')
  const group = parseNewGroup(content)
  if (group.groupId !== row.id) throw new TypeError('The group stands under the id of another.')
  return { ...group, groupId: group.groupId, createdTime, lastUpdated }
}
