import type { NewAuditEntry } from './audit-store.js'
import type { NewOutboxJob } from './outbox-store.js'

/** What must happen together with a write: the store makes all of it atomic. */
export interface Companions {
  readonly outbox?: readonly NewOutboxJob[]
  readonly audit?: readonly NewAuditEntry[]
}
