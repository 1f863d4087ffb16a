import { sha256Base64url, VaultError } from '@holdfast/vault-core'
import type { LoginSettings } from './login-settings.js'

/**
 * Checks the proof of work that came with a request.
 *
 * @param values - What it must be computed over, in the SDK's order; what is not there does not count.
 * @param body - The whole request: a proof is good for one, and for its repetitions.
 * @throws {VaultError} `invalid_request` naming `antiAbuseHash`; `store_unavailable`.
 */
export async function checkProof(
  { login, requireProofOfWork }: LoginSettings,
  hash: string | undefined,
  values: readonly (string | readonly string[] | undefined)[],
  body: object,
): Promise<void> {
  if (hash === undefined) {
    if (requireProofOfWork) throw refused('is missing: the SDK sends it by itself')
    return
  }
  const present = values.filter((value) => value !== undefined)
  const verdict = await login.proofs.accept(hash, present, sha256Base64url(JSON.stringify(body)))
  if (verdict === 'invalid') throw refused('is not right for this request, or too old: check the clock')
  if (verdict === 'replayed') throw refused('was used for another request: make one for each')
}

function refused(problem: string): VaultError {
  return new VaultError('invalid_request', `antiAbuseHash ${problem}.`, { fields: { antiAbuseHash: problem } })
}
