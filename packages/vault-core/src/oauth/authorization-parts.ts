import type { Sealer } from '../crypto/sealer.js'
import type { Log } from '../log.js'
import type { ConnectionRegistry } from '../model/connection-registry.js'
import type { Runtime } from '../runtime.js'
import type { DocumentStore, TicketStore } from '../storage/contract.js'
import type { Discovery } from './discovery.js'
import type { DpopKeys } from './dpop-key.js'
import type { SaveGrant } from './grant.js'

/** What authorization flows work with. */
export interface AuthorizationParts {
  readonly connections: ConnectionRegistry
  readonly sealer: Sealer
  readonly tickets: TicketStore
  readonly documents: DocumentStore
  readonly tenant: string
  readonly runtime: Runtime
  readonly discovery: Discovery
  readonly dpopKeys: DpopKeys
  readonly saveGrant: SaveGrant
  readonly log: Log
}
