/** Something to be redeemed once: an authorization flow, a one-time code, a replay guard. */
export interface TicketKey {
  readonly tenant: string
  readonly kind: string
  readonly id: string
}

export interface TicketStore {
  /** Keeps `data` for `ttlMs` of the store's clock. `exists` when a live ticket has this key. */
  create(ticket: TicketKey & { readonly data: Uint8Array; readonly ttlMs: number }): Promise<'created' | 'exists'>
  /** Removes the ticket and returns its data to exactly one caller; null when there is none or it has expired. */
  take(key: TicketKey): Promise<Uint8Array | null>
  /** Removes up to `limit` expired tickets; tells how many. */
  purge(limit: number): Promise<number>
}
