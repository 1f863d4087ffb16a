import { VaultError } from '../errors.js'
import type { Log } from '../log.js'
import type { Runtime } from '../runtime.js'
import type { DocumentStore } from '../storage/contract.js'
import { assertStoreKey } from '../storage/rules/store-key.js'
import { parseAction } from './action.js'
import { createAuthorizer } from './authorizer.js'
import { listAllDocuments, storeFailure } from './documents.js'
import { parseResourceUri, type ResourceUri } from './resource-uri.js'
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
}

export interface PermissionCheck {
  /** User id or service client id. */
  readonly subject: string
  /** Action, `READ` for one. Case does not matter. */
  readonly permission: string
  /** Text such as `Vault:Connections/google/Users/u1/Credentials`, or a {@link ResourceUri} built from segments (for ids that hold `/`). */
  readonly resource: string | ResourceUri
}

export interface PermissionsOptions {
  readonly documents: DocumentStore
  readonly tenant: string
  readonly runtime: Runtime
  /** A decision rests on access records read at most so many milliseconds before it was asked for. Default 1,000. */
  readonly maxStalenessMs?: number
  /** Told of records that cannot be read. */
  readonly log?: Log
}

/** Permissions that keep what they read of the store. */
export interface CachedPermissions extends Permissions {
  /** Has the next check read the store: for whoever wrote an access record. */
  invalidate(): void
}

/**
 * Permissions by the access records in the store.
 *
 * Records are read at the first check and again when what was read is `maxStalenessMs` old, by one listing for all
 * checks that wait. While the store does not answer, a check that needs it fails with `store_unavailable`; old records
 * never stand in.
 */
export function createPermissions(options: PermissionsOptions): CachedPermissions {
  const { documents, tenant, runtime, maxStalenessMs = 1000, log } = options
  if (!(maxStalenessMs >= 0 && maxStalenessMs < Number.POSITIVE_INFINITY)) {
    const problem = 'must be a number of milliseconds, 0 or more'
    throw new VaultError('invalid_configuration', `maxStalenessMs ${problem}.`, { fields: { maxStalenessMs: problem } })
  }
  const authorizer = createAuthorizer(log && { log })
  let readings = 0
  /** Readings up to this one began before a write of this process. */
  let outdated = 0
  /** The reading in the authorizer: its number, and when it began. */
  let held = { reading: 0, beganMs: Number.NEGATIVE_INFINITY }
  let underWay: Promise<void> | undefined

  async function read(): Promise<void> {
    const reading = ++readings
    const beganMs = runtime.clock.monotonic()
    try {
      authorizer.load(await listAllDocuments(documents, tenant, ACCESS_RECORD_KIND))
    } catch (error) {
      throw storeFailure(error)
    }
    held = { reading, beganMs }
  }

  async function ensureFresh(): Promise<void> {
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
  }

  async function isAllowed({ subject, permission, resource }: PermissionCheck): Promise<boolean> {
    assertStoreKey(subject, 'subject')
    const action = parseAction(permission, 'permission')
    const uri = parseResourceUri(resource, 'resource')
    await ensureFresh()
    return authorizer.isAllowed(subject, action, uri)
  }

  return {
    isAllowed,
    async authorize(check) {
      if (await isAllowed(check)) return
      throw new VaultError('permission_denied', 'No access record lets this caller do this. Add one that covers permission and resource.')
    },
    invalidate() {
      outdated = readings
    },
  }
}
