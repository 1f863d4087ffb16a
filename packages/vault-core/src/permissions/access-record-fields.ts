import { closedObject, createFieldProblems, type FieldProblems, listOf, textOf } from '../documents/field-problems.js'
import { readDescription, readId, readSubjects, readTags } from '../documents/read-fields.js'
import type { AccessStatement, GroupReference, NewAccessRecord } from './access-record.js'
import { GROUP_ID } from './group.js'
import { parseResourcePattern } from './resource-pattern.js'
import { ROLE_ID } from './role.js'

/** Most characters of a record, as JSON. */
export const MAX_ACCESS_RECORD_LENGTH = 100_000

const RECORD_ID = {
  pattern: /^[a-zA-Z0-9\-_:|~]{1,100}$/,
  words: 'must be 1 to 100 characters: letters, digits, "-", "_", ":", "|", "~"',
}
const RECORD_FIELDS = ['recordId', 'name', 'description', 'users', 'admins', 'groups', 'statements', 'tags']

/**
 * Reads what a caller wants to have as an access record. The schema is closed: an unknown field is refused, so that no
 * restriction that a newer version knows is passed over. Users and groups stand in the record or in its statements, not in both.
 *
 * @throws {VaultError} `invalid_request` naming every bad field: `statements[0].resources[1].resourceUri`, …
 */
export function parseNewAccessRecord(value: unknown): NewAccessRecord {
  const problems = createFieldProblems()
  const fields = closedObject(value, '', RECORD_FIELDS, problems)
  const record = fields && readRecord(fields, problems)
  problems.throwIfAny('The access record')
  if (!record) throw new TypeError('An access record without problems was not read.')
  return record
}

function readRecord(fields: ReadonlyMap<string, unknown>, problems: FieldProblems): NewAccessRecord {
  const recordId = readId(fields.get('recordId'), 'recordId', RECORD_ID, problems)
  const name = textOf(fields.get('name'), 'name', { minimum: 1, maximum: 128 }, problems)
  const description = readDescription(fields.get('description'), problems)
  const users = readSubjects(fields.get('users'), 'users', 1000, problems)
  const groups = readGroups(fields.get('groups'), 'groups', problems)
  const statements = listOf(fields.get('statements'), 'statements', { minimum: 1, maximum: 100 }, problems, (item, path) =>
    readStatement(item, path, problems),
  )
  const inStatements = statements?.some((statement) => statement.users?.length || statement.groups?.length)
  for (const [field, named] of [
    ['users', users],
    ['groups', groups],
  ] as const) {
    if (named?.length && inStatements) problems.add(field, 'must stand in the record or in its statements, not in both')
  }
  const admins = readSubjects(fields.get('admins'), 'admins', 100, problems)
  const tags = readTags(fields.get('tags'), problems)
  return {
    ...(recordId !== undefined && { recordId }),
    name: name ?? '',
    ...(description !== undefined && { description }),
    ...(users && { users }),
    ...(admins && { admins }),
    ...(groups && { groups }),
    statements: statements ?? [],
    ...(tags && { tags }),
  }
}

function readStatement(value: unknown, path: string, problems: FieldProblems): AccessStatement | undefined {
  const fields = closedObject(value, path, ['roles', 'resources', 'users', 'groups'], problems)
  if (!fields) return undefined
  const limits = { minimum: 1, maximum: 100 }
  const roles = listOf(fields.get('roles'), `${path}.roles`, limits, problems, (item, at) => {
    if (item === undefined) problems.add(at, ROLE_ID.words)
    return readId(item, at, ROLE_ID, problems)
  })
  const resources = listOf(fields.get('resources'), `${path}.resources`, limits, problems, (item, at) => readResource(item, at, problems))
  const users = readSubjects(fields.get('users'), `${path}.users`, 100, problems)
  const groups = readGroups(fields.get('groups'), `${path}.groups`, problems)
  return { roles: roles ?? [], resources: resources ?? [], ...(users && { users }), ...(groups && { groups }) }
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

function readGroups(value: unknown, path: string, problems: FieldProblems): readonly GroupReference[] | undefined {
  return listOf(value, path, { minimum: 0, maximum: 100 }, problems, (item, at) => {
    const given = closedObject(item, at, ['groupId'], problems)?.get('groupId')
    if (given === undefined) problems.add(`${at}.groupId`, GROUP_ID.words)
    const groupId = readId(given, `${at}.groupId`, GROUP_ID, problems)
    return groupId === undefined ? undefined : { groupId }
  })
}
