import { fromBase64, toBase64url } from '../crypto/base64.js'
import type { SealContext, Sealer } from '../crypto/sealer.js'
import type { DpopKey, DpopKeys } from '../oauth/dpop-key.js'
import { Secret } from '../secret.js'
import type { CredentialKey } from '../storage/contract.js'

/** Seals the key that a grant's tokens are bound to: without it they are no use to who reads the database, even opened. */
export async function sealDpopKey(sealer: Sealer, key: CredentialKey, epoch: number, dpopKey: Secret): Promise<string> {
  return toBase64url(await sealer.seal(contextOf(key, epoch), new TextEncoder().encode(dpopKey.reveal())))
}

/** Opens the key of a grant. @throws {VaultError} `decryption_failed`, `store_unavailable`. */
export type OpenDpopKey = (key: CredentialKey, epoch: number, sealed: string) => Promise<DpopKey>

/** What is kept opened cannot be read out of the process: it signs, and no more. */
const MAX_KEYS = 1_000

export function createOpenDpopKey({ sealer, dpopKeys }: { readonly sealer: Sealer; readonly dpopKeys: DpopKeys }): OpenDpopKey {
  // By the sealed text, which a nonce makes unlike any other.
  const opened = new Map<string, DpopKey>()
  return async (key, epoch, sealed) => {
    const known = opened.get(sealed)
    if (known) return known
    const text = new TextDecoder().decode(await sealer.open(contextOf(key, epoch), fromBase64(sealed) ?? new Uint8Array()))
    const dpopKey = await dpopKeys.open(new Secret(text), key.connectionId)
    if (opened.size >= MAX_KEYS) opened.clear()
    opened.set(sealed, dpopKey)
    return dpopKey
  }
}

/** Of the grant, whatever its tokens are: refreshes move `secretRev` on. */
function contextOf({ connectionId, userId, accountId }: CredentialKey, epoch: number): SealContext {
  return { connectionId, userId, accountId, field: 'dpop_key', epoch, secretRev: 0 }
}
