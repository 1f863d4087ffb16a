/** One holder at a time, among all processes that share the store. */
export interface Lock {
  /** Waits its turn and returns what lets go. @throws {VaultError} `store_unavailable` when the turn does not come. */
  acquire(): Promise<() => void>
  close(): void
}
