import type { DisconnectRow } from '../credentials/disconnect.js'
import type { DocumentStore } from '../storage/contract.js'
import type { DueWorkParts } from './due-work/work-on-due.js'
import type { WorkerPresence } from './due-work/worker-presence.js'
import type { Sweeper } from './sweeper.js'

/** What a refresh worker works with. */
export interface RefreshingParts extends DueWorkParts {
  readonly tenant: string
  readonly documents: DocumentStore
  readonly presence: WorkerPresence
  readonly sweeper: Sweeper
  readonly disconnectRow: DisconnectRow
}
