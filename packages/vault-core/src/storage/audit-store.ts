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
  append(entries: readonly NewAuditEntry[]): Promise<void>
  /** Oldest first, after `afterSequence`. */
  list(query: { readonly tenant: string; readonly afterSequence?: number; readonly limit: number }): Promise<readonly AuditEntry[]>
}
