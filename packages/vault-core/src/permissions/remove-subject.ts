import { createDocumentCollection } from '../documents/collection.js'
import { listAllDocuments } from '../documents/documents.js'
import { laterTimestamp } from '../documents/timestamp.js'
import { isVaultError } from '../errors.js'
import type { Log } from '../log.js'
import type { Runtime } from '../runtime.js'
import type { DocumentRow, DocumentStore } from '../storage/contract.js'
import type { AccessRecord, AccessStatement, SubjectReference } from './access-record.js'
import { GROUP_KIND, type Group, parseStoredGroup } from './group.js'
import type { CachedPermissions } from './permissions.js'
import { ACCESS_RECORD_KIND, parseStoredAccessRecord } from './stored-access-record.js'

/**
 * Makes the step that takes a user out of every access record, deleted ones too, and every group: whoever gets his id later gets none of his
 * rights. A record that is left without anybody gives nothing, and stays. Resources that have his id in them stay as they are.
 */
export function createRemoveSubject(parts: {
  readonly documents: DocumentStore
  readonly tenant: string
  readonly runtime: Runtime
  readonly permissions: Pick<CachedPermissions, 'invalidate'>
  readonly log: Log
}): (userId: string) => Promise<void> {
  const { documents, tenant, runtime, permissions, log } = parts

  function takingOut<T extends { readonly lastUpdated: string }>(
    kind: string,
    noun: string,
    parse: (row: DocumentRow) => T,
    without: (value: T, userId: string) => T,
  ): (userId: string) => Promise<void> {
    const collection = createDocumentCollection<T>({ documents, tenant, runtime, kind, noun, parse, onWrite: permissions.invalidate })
    return async (userId) => {
      for (const row of await listAllDocuments(documents, tenant, kind)) {
        // Most name others: those that surely do not name him need not be read.
        if (!row.data.includes(JSON.stringify(userId))) continue
        try {
          await collection.change(row.id, (value) => {
            const next = without(value, userId)
            return next === value ? value : { ...next, lastUpdated: laterTimestamp(runtime.clock.now(), value.lastUpdated) }
          })
        } catch (error) {
          if (isVaultError(error, 'not_found')) continue
          // What cannot be read gives nobody anything, and must not keep a user from being forgotten.
          if (!isVaultError(error, 'store_unavailable') || !isUnreadable(row, parse)) throw error
          log.warn({ kind, id: row.id }, 'A document that seems to name a forgotten user cannot be read, and stays. Look into it.')
        }
      }
    }
  }

  const steps = [
    takingOut(ACCESS_RECORD_KIND, 'access record', parseStoredAccessRecord, withoutSubject),
    takingOut(GROUP_KIND, 'group', parseStoredGroup, withoutMember),
  ]
  return async (userId) => {
    // Reserved for service clients, which are no users and have an end of their own.
    if (userId.startsWith('sc_')) return
    for (const step of steps) await step(userId)
  }
}

function withoutSubject(record: AccessRecord, userId: string): AccessRecord {
  const named = [record, ...record.statements].flatMap(({ users = [] }) => users).concat(record.admins ?? [])
  if (!named.some((each) => each.userId === userId)) return record
  return {
    ...record,
    ...lists(record, userId),
    statements: record.statements.map((statement): AccessStatement => ({ ...statement, ...lists(statement, userId) })),
  }
}

function withoutMember(group: Group, userId: string): Group {
  const named = [...group.users, ...(group.admins ?? [])]
  if (!named.some((each) => each.userId === userId)) return group
  return { ...group, ...lists(group, userId), users: others(group.users, userId) }
}

interface Lists {
  readonly users?: readonly SubjectReference[]
  readonly admins?: readonly SubjectReference[]
}

function lists({ users, admins }: Lists, userId: string): Lists {
  return { ...(users && { users: others(users, userId) }), ...(admins && { admins: others(admins, userId) }) }
}

function others(subjects: readonly SubjectReference[], userId: string): readonly SubjectReference[] {
  return subjects.filter((each) => each.userId !== userId)
}

function isUnreadable(row: DocumentRow, parse: (row: DocumentRow) => unknown): boolean {
  try {
    parse(row)
    return false
  } catch {
    return true
  }
}
