import { randomToken } from '../crypto/random-token.js'
import { createDocumentCollection } from '../documents/collection.js'
import type { PageQuery } from '../documents/page-query.js'
import { assertUnmodifiedSince, type Precondition } from '../documents/precondition.js'
import { laterTimestamp, timestamp } from '../documents/timestamp.js'
import { VaultError } from '../errors.js'
import type { Runtime } from '../runtime.js'
import type { DocumentStore, Page } from '../storage/contract.js'
import { assertMayGive, type ChangeOptions, givenByMembership } from './giving.js'
import { GROUP_KIND, type Group, type NewGroup, parseNewGroup, parseStoredGroup } from './group.js'
import type { CachedPermissions } from './permissions.js'
import { subjectOf } from './subject.js'

/** The groups of a vault. Their changes count in this process at once, elsewhere within a second. */
export interface Groups {
  /**
   * @throws {VaultError} `invalid_request` with each bad field; `conflict` when the id is taken; `permission_denied` with reason `grant_missing`
   * when records name the group already and `by` may not give its members what they give.
   */
  create(group: NewGroup, options?: ChangeOptions): Promise<Group>
  /** @throws {VaultError} `not_found`. */
  get(groupId: string): Promise<Group>
  list(query?: PageQuery): Promise<Page<Group>>
  /**
   * Replaces all of a group but its id.
   *
   * @throws {VaultError} `invalid_request`; `not_found`; `conflict` with reason `modified_since`; `permission_denied` with reason `grant_missing`
   * when there are new members and `by` may not give them what the group has.
   */
  update(groupId: string, group: NewGroup, options?: ChangeOptions & Precondition): Promise<Group>
  /** Records that name it give nothing through it any more. @throws {VaultError} `not_found`. */
  delete(groupId: string): Promise<void>
  exists(groupId: string): Promise<boolean>
}

export interface GroupsOptions {
  readonly documents: DocumentStore
  readonly tenant: string
  readonly runtime: Runtime
  readonly permissions: CachedPermissions
}

/** Keeps groups in the store, as documents of the kind `group`. */
export function createGroups({ documents, tenant, runtime, permissions }: GroupsOptions): Groups {
  const collection = createDocumentCollection<Group>({
    documents,
    tenant,
    runtime,
    kind: GROUP_KIND,
    noun: 'group',
    parse: parseStoredGroup,
    onWrite: permissions.invalidate,
  })

  async function assertMayAdd(by: string | undefined, groupId: string, next: NewGroup, before: Group | undefined): Promise<void> {
    if (by === undefined) return
    const members = new Set(before?.users.map(subjectOf))
    if (next.users.every((user) => members.has(subjectOf(user)))) return
    const authorizer = await permissions.fresh()
    assertMayGive(authorizer, by, givenByMembership(authorizer, groupId))
  }

  return {
    async create(input, { by } = {}) {
      const parsed = parseNewGroup(input)
      const groupId = parsed.groupId ?? `grp_${randomToken(runtime.random, 16)}`
      await assertMayAdd(by, groupId, parsed, undefined)
      const now = timestamp(runtime.clock.now())
      const group: Group = { ...parsed, groupId, createdTime: now, lastUpdated: now }
      if (await collection.insert(groupId, group)) return group
      throw new VaultError('conflict', 'There is a group of this id. Choose another id.', { fields: { groupId: 'is taken' } })
    },

    get: (groupId) => collection.get(groupId),
    list: (query = {}) => collection.page(query),

    async update(groupId, input, { by, ifUnmodifiedSince } = {}) {
      const parsed = parseNewGroup(input)
      if (parsed.groupId !== undefined && parsed.groupId !== groupId) {
        const problem = 'must be that of the group that is changed, or left out'
        throw new VaultError('invalid_request', `groupId ${problem}.`, { fields: { groupId: problem } })
      }
      return collection.change(groupId, async (before) => {
        assertUnmodifiedSince(before.lastUpdated, ifUnmodifiedSince)
        await assertMayAdd(by, groupId, parsed, before)
        return { ...parsed, groupId, createdTime: before.createdTime, lastUpdated: laterTimestamp(runtime.clock.now(), before.lastUpdated) }
      })
    },

    delete: (groupId) => collection.remove(groupId),

    async exists(groupId) {
      return (await collection.find(groupId)) !== undefined
    },
  }
}
