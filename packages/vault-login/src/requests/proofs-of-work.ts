import { constantTimeEqual, sha256Base64url, type VaultExtension } from '@holdfast/vault-core'

/** The small proofs of work that the published SDK sends along (`antiAbuseHash`). */
export interface ProofsOfWork {
  /**
   * Checks a proof, `v2;<epoch milliseconds>;<counter>;<base64url of SHA-256>`. Its time may be 5 minutes off.
   *
   * @param values - What the proof was computed over, in the SDK's order. Empty texts do not count; lists do, with commas between their items.
   * @param requestDigest - Anything that tells this request from all others. A proof is good again for the very same request, as the SDK repeats
   * on network errors, and `replayed` for any other.
   * @throws {VaultError} `store_unavailable`.
   */
  accept(hash: string, values: readonly (string | readonly string[])[], requestDigest: string): Promise<'ok' | 'invalid' | 'replayed'>
}

/** How far a proof's time may be off, milliseconds. */
const WINDOW_MS = 300_000
/** What the store's clock may differ from this process's, milliseconds. */
const CLOCK_SLACK_MS = 60_000
const USED = 'login_proof'
const REQUEST = 'login_proof_request'

export function createProofsOfWork({ tenant, tickets, runtime }: VaultExtension): ProofsOfWork {
  return {
    async accept(hash, values, requestDigest) {
      const proof = parseProof(hash)
      const nowMs = runtime.clock.now()
      if (!proof || Math.abs(nowMs - proof.timeMs) > WINDOW_MS || !isProofOf(proof, values)) return 'invalid'
      const ttlMs = proof.timeMs + WINDOW_MS + CLOCK_SLACK_MS - nowMs
      const digest = new TextEncoder().encode(sha256Base64url(requestDigest))
      const used = { tenant, kind: USED, id: proof.hash }
      const request = { tenant, kind: REQUEST, id: proof.hash }
      // Whoever makes the first ticket, which nobody takes, says for which request the proof is. The second one holds that.
      if ((await tickets.create({ ...used, data: new Uint8Array(), ttlMs })) === 'created') {
        await tickets.create({ ...request, data: digest, ttlMs })
        return 'ok'
      }
      const first = await tickets.take(request)
      if (!first) return 'replayed'
      await tickets.create({ ...request, data: first, ttlMs })
      return constantTimeEqual(first, digest) ? 'ok' : 'replayed'
    },
  }
}

interface Proof {
  readonly timeMs: number
  readonly counter: string
  readonly hash: string
}

function parseProof(text: unknown): Proof | undefined {
  const [, time = '', counter = '', hash = ''] =
    (typeof text === 'string' ? /^v2;([1-9]\d{0,14});(\d{1,15});(00[A-Za-z0-9_-]{41})$/.exec(text) : null) ?? []
  return hash === '' ? undefined : { timeMs: Number(time), counter, hash }
}

function isProofOf({ timeMs, counter, hash }: Proof, values: Parameters<ProofsOfWork['accept']>[1]): boolean {
  return sha256Base64url(`${timeMs};${counter};${values.filter((value) => value !== '').join('|')}`) === hash
}
