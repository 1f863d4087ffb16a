export interface NewAuditEntry {
  readonly tenant: string
  readonly id: string
  /** What the entry is about, opaque: for listing the entries of one thing. A key like any other. */
  readonly subject?: string
  /** JSON text. Never a secret. */
  readonly data: string
}

export interface AuditEntry extends NewAuditEntry {
  /** Position in the tenant's log; only grows. */
  readonly sequence: number
  /** Store time. */
  readonly atMs: number
}

export interface AuditStore {
  /**
   * Appends in this order. An entry whose tenant and id are there already is left as it is: a repeat appends nothing twice.
   * What goes with a write (`Companions.audit`) gets its sequence after that write took effect: entries of one row stand in the order of its writes.
   */
  append(entries: readonly NewAuditEntry[]): Promise<void>
  /**
   * Oldest first, after `afterSequence`, of one subject or of all. Once an entry was listed, no entry with a lower sequence appears any more: a
   * reader who goes on from the last sequence that he saw misses none.
   */
  list(query: {
    readonly tenant: string
    readonly subject?: string
    readonly afterSequence?: number
    readonly limit: number
  }): Promise<readonly AuditEntry[]>
  /**
   * Removes the entries up to and with this sequence, in one step, and tells how many: ask for some thousands at a time.
   * Sequences are not given again. The id of an entry that went is free.
   */
  prune(stretch: { readonly tenant: string; readonly throughSequence: number }): Promise<number>
}
