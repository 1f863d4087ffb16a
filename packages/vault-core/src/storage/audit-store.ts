export interface NewAuditEntry {
  readonly tenant: string
  readonly id: string
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
  /** Appends in this order. An entry whose tenant and id are there already is left as it is: a repeat appends nothing twice. */
  append(entries: readonly NewAuditEntry[]): Promise<void>
  /**
   * Oldest first, after `afterSequence`. Once an entry was listed, no entry with a lower sequence appears any more: a
   * reader who goes on from the last sequence that he saw misses none.
   */
  list(query: { readonly tenant: string; readonly afterSequence?: number; readonly limit: number }): Promise<readonly AuditEntry[]>
}
