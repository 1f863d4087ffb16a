/** Where a sealed value belongs. All of it is bound into the seal. */
export interface SealContext {
  /** Empty for what belongs to the tenant: then the tenant's own data key seals. */
  readonly userId: string
  readonly connectionId: string
  readonly accountId: string
  /** `access_token`, `refresh_token`, `ticket/authorization_flow/<id>`, … */
  readonly field: string
  readonly epoch: number
  readonly secretRev: number
}

/** Seals values in format `hf1` under the data key of a user (or of the tenant), making that key at first need. */
export interface Sealer {
  /**
   * Makes sure that the data keys are at hand, so that sealing and fingerprints need neither store nor keyring for the next 150 s.
   *
   * @param options.make - Whether they are made for whoever has none. Default true; false where they are wanted for what is sealed already, so
   *   that nothing comes to be of a user who was forgotten a moment ago.
   * @throws {VaultError} `store_unavailable`, `decryption_failed`.
   */
  prepare(userId: string, options?: { readonly make?: boolean }): Promise<void>
  /**
   * The same for what is sealed already, and the data keys stay at hand however many others are asked for meanwhile.
   *
   * @returns Ends that. To be called once.
   */
  hold(userId: string): Promise<() => void>
  seal(context: SealContext, plaintext: Uint8Array): Promise<Uint8Array>
  /**
   * Opens what {@link Sealer.seal} made for the same context. The data key's id in the blob selects the key; no key is tried, and none is made.
   *
   * @throws {VaultError} `decryption_failed` when it does not open, with one message for every cause behind the header;
   * `store_unavailable` when the key cannot be had now.
   */
  open(context: SealContext, blob: Uint8Array): Promise<Uint8Array>
  /** Whether there are data keys of the user, in memory or in the store. None are made. @throws {VaultError} `store_unavailable`, `decryption_failed`. */
  hasKeys(userId: string): Promise<boolean>
  /** Whether the data key that sealed a blob is still in the store; if not, nothing is sealed under what was remembered of it from now on. */
  holdsKeyOf(userId: string, blob: Uint8Array): Promise<boolean>
  /** Destroys the user's data keys, and with them whatever they sealed, wherever it is kept. */
  destroyKeys(userId: string): Promise<void>
  /**
   * Keyed fingerprint, 16 bytes: HMAC-SHA256 under a key that HKDF derives from the user's oldest data key. It says nothing about the
   * token, and stays comparable when another data key becomes the current one.
   */
  fingerprint(userId: string, secret: string): Promise<Uint8Array>
}
