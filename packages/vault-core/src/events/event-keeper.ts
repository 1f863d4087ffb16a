import type { VaultExtension } from '../extension.js'
import type { Companions } from '../storage/contract.js'
import type { VaultEvent } from './vault-event.js'

/** Keeps events beyond the process: webhooks, the audit log. One object serves one vault. */
export interface EventKeeper {
  /** Called once, by `createVault`, before anything happens. */
  bind(vault: VaultExtension): BoundEventKeeper
}

/** An {@link EventKeeper} at work for its vault. An event comes again, with the same id, when a write is repeated. */
export interface BoundEventKeeper {
  /** Called before a refresh is sent: what `companionsOf` needs of the store for its answer has to be at hand then. @throws Then none is sent. */
  prepare?(): Promise<void>
  /**
   * What is to be written in the same atomic write as the change that these events tell of; nothing for types that it does not keep. Some of
   * these writes cannot wait, so it needs neither store nor keyring: the tenant's own data keys (of user `''`) are at hand when it is called.
   * Ids of what it returns follow from the ids of the events, for a write may be made again.
   */
  companionsOf(events: readonly VaultEvent[]): Promise<Companions>
  /** Keeps events that go with no write of their own (`accessed`, `connection_paused`, …), and begins to work on them. Resolves when they are stored. */
  keep(events: readonly VaultEvent[]): Promise<void>
  /** What `companionsOf` made was written: begin to work on it, in the background. */
  wake(): void
  /** Called with each pass of the sweeper, every 5 s or by `vault.sweep()`, but not again before the last call has ended. */
  sweep(): Promise<void>
  /** Resolves when what it does in the background has ended. Called when the vault closes. */
  drained(): Promise<void>
}
