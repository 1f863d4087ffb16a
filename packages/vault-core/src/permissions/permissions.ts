import { listAllDocuments, storeFailure } from '../documents/documents.js'
import { type PageQuery, pageOfSorted } from '../documents/page-query.js'
import { VaultError } from '../errors.js'
import type { Log } from '../log.js'
import type { Runtime } from '../runtime.js'
import type { DocumentRow, DocumentStore } from '../storage/contract.js'
import { assertStoreKey } from '../storage/rules/store-key.js'
import { type Action, parseAction } from './action.js'
import { type Authorizer, createAuthorizer } from './authorizer.js'
import { explainDecision, type PermissionDecision } from './decision.js'
import { GROUP_KIND } from './group.js'
import { createGrantMatcher } from './matcher.js'
import { permissionsOn, resourcesBelow, rolesOn } from './resource-listing.js'
import { parseResourcePattern } from './resource-pattern.js'
import { parseResourceUri, type ResourceUri } from './resource-uri.js'
import { ROLE_KIND, type RolePermission } from './role.js'
import { ACCESS_RECORD_KIND } from './stored-access-record.js'

/** May this subject do this to that? Denies by default. */
export interface Permissions {
  /**
   * @throws {VaultError} `permission_denied` unless a grant covers it; `invalid_request` when subject, permission or resource
   * is ill-formed; `store_unavailable` when the access records cannot be read.
   */
  authorize(check: PermissionCheck): Promise<void>
  /** @throws {VaultError} `invalid_request`, `store_unavailable`. */
  isAllowed(check: PermissionCheck): Promise<boolean>
  /**
   * Id of an access record that allows it, of several any; undefined when none does. Costs no more than `isAllowed`: for whoever writes down what he decided.
   *
   * @throws {VaultError} `invalid_request`, `store_unavailable`.
   */
  recordThatAllows(check: PermissionCheck): Promise<string | undefined>
  /**
   * Which record, statement and role allow it, or why nothing does. Costs as much as the subject has grants: for people who ask why, not for each request.
   *
   * @throws {VaultError} `invalid_request`, `store_unavailable`.
   */
  explain(check: PermissionCheck): Promise<PermissionDecision>
  /** What the subject may do with a resource: one entry an action, by whatever grant covers the resource. @throws {VaultError} `invalid_request`, `store_unavailable`. */
  permissionsFor(query: Omit<PermissionCheck, 'permission'>): Promise<readonly RolePermission[]>
  /** Ids of the roles given on exactly this resource, and not on one above it. @throws {VaultError} `invalid_request`, `store_unavailable`. */
  rolesFor(query: Omit<PermissionCheck, 'permission'>): Promise<readonly string[]>
  /** Which resources below a collection the subject may do something with. @throws {VaultError} `invalid_request`, `store_unavailable`. */
  resourcesFor(query: ResourcesQuery): Promise<ResourcesAnswer>
}

export interface PermissionCheck {
  /** User id or service client id. */
  readonly subject: string
  /** Action, `READ` for one. Case does not matter. */
  readonly permission: string
  /** Text such as `Vault:Connections/google/Users/u1/Credentials`, or a {@link ResourceUri} built from segments (for ids that hold `/`). */
  readonly resource: string | ResourceUri
}

export interface ResourcesQuery extends PageQuery {
  readonly subject: string
  /** `documents` or `documents/*`: both mean what is below it. Default: everything. */
  readonly collection?: string
  /** Default: any. */
  readonly permission?: string
  /** What lies deeper, too. Default false: what stands directly below the collection. */
  readonly nested?: boolean
}

export interface ResourcesAnswer {
  /** A grant covers all that is below the collection, also what does not exist yet. */
  readonly accessToAllSubResources: boolean
  /** Resource URIs in order, `*` where a grant has it. */
  readonly items: readonly string[]
  readonly cursor?: string
}

export interface PermissionsOptions {
  readonly documents: DocumentStore
  readonly tenant: string
  readonly runtime: Runtime
  /** A decision rests on documents that were right at most so many milliseconds before it was asked for. Default 1,000. */
  readonly maxStalenessMs?: number
  /** Told of documents that cannot be read. */
  readonly log?: Log
}

/** Permissions that keep what they read of the store. */
export interface CachedPermissions extends Permissions {
  /** Has the next check ask the store: for whoever wrote an access record, a role or a group. */
  invalidate(): void
  /** The authorizer, no older than a decision may be. */
  fresh(): Promise<Authorizer>
}

const KINDS = { records: ACCESS_RECORD_KIND, roles: ROLE_KIND, groups: GROUP_KIND } as const
type KindName = keyof typeof KINDS
const KIND_NAMES: readonly KindName[] = ['records', 'roles', 'groups']

/**
 * Permissions by the access records, roles and groups in the store.
 *
 * The store is asked at the first check, and again when its last answer is `maxStalenessMs` old, once for all checks that wait: for the
 * revisions of the three kinds, and for the documents of those that changed. While the store does not answer, a check that needs it
 * fails with `store_unavailable`; old records never stand in.
 */
export function createPermissions(options: PermissionsOptions): CachedPermissions {
  const { documents, tenant, runtime, maxStalenessMs = 1000, log } = options
  if (!(maxStalenessMs >= 0 && maxStalenessMs < Number.POSITIVE_INFINITY)) {
    const problem = 'must be a number of milliseconds, 0 or more'
    throw new VaultError('invalid_configuration', `maxStalenessMs ${problem}.`, { fields: { maxStalenessMs: problem } })
  }
  const authorizer = createAuthorizer(log && { log })
  const revisions = new Map<KindName, number>()
  let readings = 0
  /** Readings up to this one began before a write of this process. */
  let outdated = 0
  /** The reading in the authorizer: its number, and when it began. */
  let held = { reading: 0, beganMs: Number.NEGATIVE_INFINITY }
  let underWay: Promise<void> | undefined

  /** The documents of a kind, unless they are those that are held. The revision is asked for first: what changes in between is read again. */
  async function changedRows(name: KindName): Promise<{ readonly revision: number; readonly rows: readonly DocumentRow[] } | undefined> {
    const revision = await documents.revision({ tenant, kind: KINDS[name] })
    if (revisions.get(name) === revision) return undefined
    return { revision, rows: await listAllDocuments(documents, tenant, KINDS[name]) }
  }

  async function read(): Promise<void> {
    const reading = ++readings
    const beganMs = runtime.clock.monotonic()
    try {
      const [records, roles, groups] = await Promise.all(KIND_NAMES.map(changedRows))
      authorizer.load({ records: records?.rows, roles: roles?.rows, groups: groups?.rows })
      for (const [index, changed] of [records, roles, groups].entries()) {
        const name = KIND_NAMES[index]
        if (name !== undefined && changed) revisions.set(name, changed.revision)
      }
    } catch (error) {
      throw storeFailure(error)
    }
    held = { reading, beganMs }
  }

  /** Most checks need not wait. */
  function isFresh(): boolean {
    return held.reading > outdated && runtime.clock.monotonic() - held.beganMs < maxStalenessMs
  }

  async function fresh(): Promise<Authorizer> {
    const askedMs = runtime.clock.monotonic()
    const next = readings + 1
    const mustFollow = outdated
    // A reading that was under way already may be too old for this check; the one after it never is.
    while (held.reading <= mustFollow || !(held.reading >= next || askedMs - held.beganMs < maxStalenessMs)) {
      underWay ??= read().finally(() => {
        underWay = undefined
      })
      await underWay
    }
    return authorizer
  }

  async function isAllowed(check: PermissionCheck): Promise<boolean> {
    const { subject, action, resource } = parseCheck(check)
    return (isFresh() ? authorizer : await fresh()).isAllowed(subject, action, resource)
  }

  return {
    isAllowed,

    async recordThatAllows(check) {
      const { subject, action, resource } = parseCheck(check)
      return (isFresh() ? authorizer : await fresh()).recordThatAllows(subject, action, resource)
    },

    async authorize(check) {
      if (await isAllowed(check)) return
      throw new VaultError('permission_denied', 'No access record lets this caller do this. Add one that covers permission and resource.')
    },

    async explain(check) {
      const { subject, action, resource } = parseCheck(check)
      return explainDecision((await fresh()).holdingsOf(subject), action, resource)
    },

    async permissionsFor(query) {
      const { subject, resource } = parseCheck({ ...query, permission: '*' })
      return permissionsOn((await fresh()).holdingsOf(subject), resource)
    },

    async rolesFor(query) {
      const { subject, resource } = parseCheck({ ...query, permission: '*' })
      return rolesOn((await fresh()).holdingsOf(subject), resource)
    },

    async resourcesFor(query) {
      assertStoreKey(query.subject, 'subject')
      const action = query.permission === undefined ? undefined : parseAction(query.permission, 'permission')
      const collection = readCollection(query.collection)
      const held = [...(await fresh()).holdingsOf(query.subject)].filter(
        ({ permission }) => !action || (permission.allow && implies(permission, action)),
      )
      const { everything, resourceUris } = resourcesBelow(held, collection, query.nested ?? false)
      return { accessToAllSubResources: everything, ...pageOfSorted(resourceUris, query) }
    },

    invalidate() {
      outdated = readings
    },
    fresh,
  }
}

function parseCheck(check: PermissionCheck): { readonly subject: string; readonly action: Action; readonly resource: ResourceUri } {
  assertStoreKey(check.subject, 'subject')
  return {
    subject: check.subject,
    action: parseAction(check.permission, 'permission'),
    resource: parseResourceUri(check.resource, 'resource'),
  }
}

/** Segments of the collection; none for everything. */
function readCollection(text = '*'): readonly string[] {
  const plain = text.replace(/^\//, '').replace(/\/$/, '')
  if (plain === '*' || plain === '') return []
  return parseResourceUri(plain.replace(/\/\*$/, ''), 'collection').segments
}

/** Whether a role's action implies the one asked for. */
function implies({ action }: RolePermission, asked: Action): boolean {
  const everywhere = parseResourcePattern('*')
  return createGrantMatcher([{ action: parseAction(action, 'action'), resource: everywhere }]).covers(asked, { segments: ['any'] })
}
