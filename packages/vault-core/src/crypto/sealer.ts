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
  /** Makes sure that the data key is at hand, so that sealing afterwards needs neither store nor keyring. */
  prepare(userId: string): Promise<void>
  seal(context: SealContext, plaintext: Uint8Array): Promise<Uint8Array>
  /** @throws {VaultError} `decryption_failed` when it does not open; `store_unavailable` when the key cannot be had now. */
  open(context: SealContext, blob: Uint8Array): Promise<Uint8Array>
  /** Keyed fingerprint, 16 bytes (HMAC-SHA256 under the user's own labelled key). Says nothing about the token. */
  fingerprint(userId: string, secret: string): Promise<Uint8Array>
}
