/**
 * A place beside the store, for the minutes in which the store is away: what a provider answered is kept there until the
 * store has taken it. Entries are sealed; a journal never sees a token. `@holdfast/vault-store-file` has one in a folder.
 */
export interface Journal {
  /** Keeps the entry, safe from a crash once this resolves. One of the same name is replaced. Names are letters, digits, `-` and `_`. */
  write(name: string, entry: Uint8Array): Promise<void>
  /** All entries. What was not finished when the process died is none. */
  read(): Promise<readonly JournalEntry[]>
  /** Harmless when there is none of this name. */
  remove(name: string): Promise<void>
}

export interface JournalEntry {
  readonly name: string
  readonly entry: Uint8Array
}
