import { sha256 } from './sha256.js'

/** Hashes that are asked for at once: enough to keep the browser's workers busy, few enough for the page to move in between. */
const BATCH = 64

/**
 * The small proof of work that the vault wants with a sign-in: `v2;<ms>;<counter>;<hash>`, the base64url of the SHA-256 over
 * `<ms>;<counter>;<values>` beginning `00`. About 4,000 hashes, made beside the page's own thread.
 *
 * @param values - What identifies the request; undefined and empty ones do not count.
 */
export async function proofOfWork(values: readonly (string | undefined)[]): Promise<string> {
  const nowMs = Date.now()
  const text = values.filter(Boolean).join('|')
  for (let first = 0; ; first += BATCH) {
    const counters = Array.from({ length: BATCH }, (_, index) => first + index)
    const hashes = await Promise.all(counters.map((counter) => sha256(`${nowMs};${counter};${text}`)))
    const index = hashes.findIndex((hash) => hash.startsWith('00'))
    if (index >= 0) return `v2;${nowMs};${first + index};${hashes[index]}`
  }
}
