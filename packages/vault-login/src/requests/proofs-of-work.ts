/** The small proofs of work that the published SDK sends along (`antiAbuseHash`). */
export interface ProofsOfWork {
  /**
   * Checks a proof, `v2;<epoch milliseconds>;<counter>;<base64url of SHA-256>`. Its time may be 5 minutes off.
   *
   * @param values - What the proof was computed over, in the SDK's order. Empty ones do not count.
   * @param requestDigest - Anything that tells this request from all others. A proof is good again for the very same request, as the SDK repeats
   * on network errors, and `replayed` for any other.
   * @throws {VaultError} `store_unavailable`.
   */
  accept(hash: string, values: readonly string[], requestDigest: string): Promise<'ok' | 'invalid' | 'replayed'>
}
