import { storeKeyProblem } from '../storage/rules/store-key.js'
import type { AccessStatement, NewAccessRecord, SubjectReference } from './access-record.js'
import { closedObject, createFieldProblems, type FieldProblems, listOf, textOf } from './field-problems.js'
import { parseResourcePattern } from './resource-pattern.js'

/** Most characters of a record, as JSON. */
export const MAX_ACCESS_RECORD_LENGTH = 100_000

const RECORD_ID = /^[a-zA-Z0-9\-_:|~]{1,100}$/
const ROLE_ID = /^[a-zA-Z0-9\-._:@]{1,64}$/
const TAG_NAME = /^[a-zA-Z0-9\-_.:]{1,64}$/
const RECORD_FIELDS = ['recordId', 'name', 'description', 'users', 'admins', 'statements', 'tags']

/**
 * Reads what a caller wants to have as an access record. The schema is closed: an unknown field is refused, so that no
 * restriction that a newer version knows is passed over. Users stand in the record or in its statements, not in both.
 *
 * @param isRole - Whether there is such a role.
 * @throws {VaultError} `invalid_request` naming every bad field: `statements[0].resources[1].resourceUri`, …
 */
export function parseNewAccessRecord(value: unknown, isRole: (roleId: string) => boolean): NewAccessRecord {
  const problems = createFieldProblems()
  const fields = closedObject(value, '', RECORD_FIELDS, problems)
  const record = fields && readRecord(fields, isRole, problems)
  problems.throwIfAny('The access record')
  if (!record) throw new TypeError('An access record without problems was not read.')
  return record
}

function readRecord(fields: ReadonlyMap<string, unknown>, isRole: (roleId: string) => boolean, problems: FieldProblems): NewAccessRecord {
  const recordId = fields.get('recordId')
  if (recordId !== undefined && !isMatch(recordId, RECORD_ID)) {
    problems.add('recordId', 'must be 1 to 100 characters: letters, digits, "-", "_", ":", "|", "~"')
  }
  const name = textOf(fields.get('name'), 'name', { minimum: 1, maximum: 128 }, problems)
  const description = fields.get('description')
  const users = readUsers(fields.get('users'), 'users', 1000, problems)
  const statements = listOf(fields.get('statements'), 'statements', { minimum: 1, maximum: 100 }, problems, (item, path) =>
    readStatement(item, path, isRole, problems),
  )
  if (users?.length && statements?.some((statement) => statement.users?.length)) {
    problems.add('users', 'must stand in the record or in its statements, not in both')
  }
  const admins = readUsers(fields.get('admins'), 'admins', 100, problems)
  const tags = readTags(fields.get('tags'), problems)
  return {
    ...(isMatch(recordId, RECORD_ID) && { recordId }),
    name: name ?? '',
    ...(description !== undefined && { description: readDescription(description, problems) }),
    ...(users && { users }),
    ...(admins && { admins }),
    statements: statements ?? [],
    ...(tags && { tags }),
  }
}

function readStatement(
  value: unknown,
  path: string,
  isRole: (roleId: string) => boolean,
  problems: FieldProblems,
): AccessStatement | undefined {
  const fields = closedObject(value, path, ['roles', 'resources', 'users'], problems)
  if (!fields) return undefined
  const limits = { minimum: 1, maximum: 100 }
  const roles = listOf(fields.get('roles'), `${path}.roles`, limits, problems, (item, at) => readRole(item, at, isRole, problems))
  const resources = listOf(fields.get('resources'), `${path}.resources`, limits, problems, (item, at) => readResource(item, at, problems))
  const users = readUsers(fields.get('users'), `${path}.users`, 100, problems)
  return { roles: roles ?? [], resources: resources ?? [], ...(users && { users }) }
}

function readRole(value: unknown, path: string, isRole: (roleId: string) => boolean, problems: FieldProblems): string | undefined {
  if (isMatch(value, ROLE_ID) && isRole(value)) return value
  problems.add(path, 'must be the id of a role that exists')
  return undefined
}

function readResource(value: unknown, path: string, problems: FieldProblems): { readonly resourceUri: string } | undefined {
  const uri = closedObject(value, path, ['resourceUri'], problems)?.get('resourceUri')
  if (typeof uri !== 'string') {
    problems.add(`${path}.resourceUri`, 'must be text')
    return undefined
  }
  problems.collect(() => parseResourcePattern(uri, `${path}.resourceUri`))
  return { resourceUri: uri }
}

function readUsers(value: unknown, path: string, maximum: number, problems: FieldProblems): readonly SubjectReference[] | undefined {
  return listOf(value, path, { minimum: 0, maximum }, problems, (item, at) => {
    const userId = closedObject(item, at, ['userId'], problems)?.get('userId')
    const problem = storeKeyProblem(userId)
    if (problem === undefined && typeof userId === 'string') return { userId }
    problems.add(`${at}.userId`, problem ?? 'must be text')
    return undefined
  })
}

function readDescription(value: unknown, problems: FieldProblems): string {
  // Line breaks are welcome here.
  if (typeof value === 'string' && value.length <= 1024 && value.isWellFormed() && !value.includes('\0')) return value
  problems.add('description', 'must be text of at most 1024 characters')
  return ''
}

function readTags(value: unknown, problems: FieldProblems): Readonly<Record<string, string>> | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.add('tags', 'must be an object of texts')
    return undefined
  }
  const tags = Object.entries(value)
  const fit = tags.every(
    ([name, text]) => TAG_NAME.test(name) && name !== '__proto__' && typeof text === 'string' && text.length <= 128 && text.isWellFormed(),
  )
  if (!fit || tags.length > 100)
    problems.add('tags', 'must be at most 100 names of letters, digits, "-", "_", ".", ":", each with a text of at most 128 characters')
  return Object.fromEntries(tags)
}

function isMatch(value: unknown, pattern: RegExp): value is string {
  return typeof value === 'string' && pattern.test(value)
}
