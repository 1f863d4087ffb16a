/** What a wrapped data key belongs to: bound into the wrap, so that it opens nowhere else. */
export interface WrapContext {
  readonly tenant: string
  /** Empty for the tenant's own data key. */
  readonly userId: string
  /** 16 bytes. */
  readonly dekId: Uint8Array
}

/** Wraps and unwraps data keys under wrapping keys (KEK) that are versioned by id. */
export interface Keyring {
  /** Id of the wrapping key that wraps new data keys. */
  current(): string
  wrap(dek: Uint8Array, context: WrapContext): Promise<Uint8Array>
  /** @throws {VaultError} `decryption_failed`; `store_unavailable` when the wrapping key is not known or not reachable. */
  unwrap(wrapped: Uint8Array, context: WrapContext): Promise<Uint8Array>
  /** Id of the wrapping key under which these bytes were wrapped, as they say themselves; undefined for bytes that say nothing. */
  keyIdOf(wrapped: Uint8Array): string | undefined
  /** Learns of keys that were added since, where it can. Asked once before an unknown wrapping key counts as an outage. */
  reload?(): Promise<void>
}
