import { fromBase64, toBase64url } from '../crypto/base64.js'
import type { SealContext, Sealer } from '../crypto/sealer.js'
import { isVaultError } from '../errors.js'
import type { CredentialKey, CredentialRow } from '../storage/contract.js'

/** Seals the label of an account: a name or an e-mail address is nobody's business who reads the database, and ends with its user's keys. */
export async function sealLabel(sealer: Sealer, key: CredentialKey, epoch: number, label: string): Promise<string> {
  return toBase64url(await sealer.seal(contextOf(key, epoch), new TextEncoder().encode(label)))
}

/**
 * @param sealed - As it stands in the row's data, which refreshes carry along. Undefined when it does not open: then the account is shown without it.
 * @throws {VaultError} `store_unavailable`.
 */
export async function openLabel(sealer: Sealer, row: CredentialRow, sealed: string): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await sealer.open(contextOf(row, row.epoch), fromBase64(sealed) ?? new Uint8Array()))
  } catch (error) {
    if (isVaultError(error, 'decryption_failed')) return undefined
    throw error
  }
}

/** Of the grant, whatever its tokens are: refreshes move `secretRev` on. */
function contextOf({ connectionId, userId, accountId }: CredentialKey, epoch: number): SealContext {
  return { connectionId, userId, accountId, field: 'account_label', epoch, secretRev: 0 }
}
