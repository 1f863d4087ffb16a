import type { Companions } from '../storage/contract.js'
import type { NewEvent, VaultEvent } from './vault-event.js'

/**
 * Sees to it that events are kept by whoever keeps them, and told to whoever listens. An event is made before the change that it tells of is
 * written, kept in the same write, and told after it: so none that is kept is lost, whatever dies in between.
 */
export interface EventRecorder {
  /** False: nobody keeps events or hears of them. Whoever would have to make one for each call can leave it. */
  readonly isUsed: boolean
  /**
   * Gives an event its id, its time and its tenant.
   *
   * @param id - Of an event that was made before and not written. Default: a new one.
   */
  make(fields: NewEvent, id?: string): VaultEvent
  /** To be called before a refresh is sent: see {@link EventRecorder.companionsOfAnswer}. @throws {VaultError} `store_unavailable`. */
  prepare(): Promise<void>
  /** What goes into the write that these events tell of; undefined when nobody keeps them. @throws When a keeper cannot. */
  companionsOf(...events: VaultEvent[]): Promise<Companions | undefined>
  /**
   * The same for what must be written whatever becomes of its events, as nobody can ask for it again. What a keeper cannot make is
   * given to it once more by {@link EventRecorder.announce}, in the background.
   */
  companionsOfAnswer(...events: VaultEvent[]): Promise<Companions | undefined>
  /** These were written: tells the listener, and wakes the keepers. */
  announce(...events: VaultEvent[]): void
  /** Wakes the keepers: what they keep was written, and nobody here has to be told. */
  wake(): void
  /** Keeps and tells events that go with no write of their own. @throws When a keeper cannot store them: then nobody is told. */
  record(...events: VaultEvent[]): Promise<void>
  /** The same, where what happened stands whether or not its events can be kept: a keeper that fails is logged. */
  recordAnyway(...events: VaultEvent[]): Promise<void>
  /** One pass of the keepers' own work. Never rejects. */
  sweep(): Promise<void>
  drained(): Promise<void>
}
