import type { Disconnect } from './credentials/disconnect.js'
import type { Sealer } from './crypto/sealer.js'
import { VaultError } from './errors.js'
import type { EventRecorder } from './events/event-recorder.js'
import type { Instrumentation } from './instrumentation.js'
import type { Log } from './log.js'
import type { ConnectionRegistry } from './model/connection-registry.js'
import type { RefreshingParts } from './refresh/refreshing-parts.js'
import type { Runtime } from './runtime.js'
import type { AuditStore, CredentialStore, DocumentStore, OutboxStore, TicketStore } from './storage/contract.js'

/** What a package builds on that keeps things of its own in a vault's store, sealed under its keys. Not for applications. */
export interface VaultExtension {
  readonly tenant: string
  readonly accountId: string
  readonly documents: DocumentStore
  readonly tickets: TicketStore
  readonly credentials: CredentialStore
  readonly outbox: OutboxStore
  readonly audit: AuditStore
  /** The store's clock, epoch milliseconds. */
  readonly storeNow: () => Promise<number>
  readonly sealer: Sealer
  readonly runtime: Runtime
  readonly log: Log
  readonly recorder: EventRecorder
  readonly connections: ConnectionRegistry
  /** `vault.disconnect`, and why. */
  readonly disconnect: Disconnect
  /** Aborted when the vault begins to close: nothing that may take long is begun after it. */
  readonly closing: AbortSignal
  /** What the refresh worker works with. */
  readonly refreshing: RefreshingParts
  /**
   * Has `forget` called with each user whom the vault is to forget, before his keys are destroyed: whoever keeps something of users removes it
   * there. It may be called again for the same user, after a crash or for what came meanwhile; what it throws ends `forgetUser`, to be repeated.
   */
  onForgetUser(forget: (userId: string) => Promise<void>): void
  /** Names topics of the outbox whose jobs are worked off: an {@link Instrumentation} counts what waits there. */
  watchTopics(topics: readonly string[]): void
}

const extensions = new WeakMap<object, VaultExtension>()

/** Not a property of the vault: whoever prints or serializes that must not come upon the sealer. */
export function registerExtension(vault: object, extension: VaultExtension): void {
  extensions.set(vault, extension)
}

/**
 * The parts of a vault that other packages of its own floor work with.
 *
 * @throws {VaultError} `invalid_configuration` for what the `createVault` of this copy of the package did not make.
 */
export function extensionOf(vault: object): VaultExtension {
  const extension = extensions.get(vault)
  if (!extension) {
    const problem =
      'must be the very object that createVault returned. If it is, two copies of @holdfast/vault-core are installed: `npm ls @holdfast/vault-core` shows them'
    throw new VaultError('invalid_configuration', `\`vault\` ${problem}.`, { fields: { vault: problem } })
  }
  return extension
}
