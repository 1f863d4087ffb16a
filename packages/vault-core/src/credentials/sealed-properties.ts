import { fromBase64, toBase64url } from '../crypto/base64.js'
import type { SealContext, Sealer } from '../crypto/sealer.js'
import { isVaultError } from '../errors.js'
import type { CredentialKey } from '../storage/contract.js'

/** What the provider said of a grant beside its tokens, by name. */
export type CredentialProperties = Readonly<Record<string, string>>

/** Seals them: which company's books an account leads to is nobody's business who reads the database. Null when there are none. */
export async function sealProperties(
  sealer: Sealer,
  key: CredentialKey,
  epoch: number,
  properties: CredentialProperties,
): Promise<string | null> {
  if (Object.keys(properties).length === 0) return null
  return toBase64url(await sealer.seal(contextOf(key, epoch), new TextEncoder().encode(JSON.stringify(properties))))
}

/** @throws {VaultError} `decryption_failed`, `store_unavailable`. */
export async function openProperties(sealer: Sealer, key: CredentialKey, epoch: number, sealed: string): Promise<CredentialProperties> {
  const opened = await sealer.open(contextOf(key, epoch), fromBase64(sealed) ?? new Uint8Array())
  return JSON.parse(new TextDecoder().decode(opened)) as CredentialProperties
}

/**
 * What is kept after a refresh: what it brought, over what was there. Never fails, as a token that was just obtained must be stored whatever
 * else there is: without the keys, what was there stays.
 */
export async function refreshedProperties(
  sealer: Sealer,
  key: CredentialKey,
  epoch: number,
  before: string | null,
  brought: CredentialProperties,
): Promise<string | null> {
  if (Object.keys(brought).length === 0) return before
  try {
    const known = before === null ? {} : await openProperties(sealer, key, epoch, before).catch(onlyIfDamaged)
    const isNews = Object.entries(brought).some(([name, value]) => known[name] !== value)
    return isNews ? await sealProperties(sealer, key, epoch, { ...known, ...brought }) : before
  } catch {
    return before
  }
}

function onlyIfDamaged(error: unknown): CredentialProperties {
  if (isVaultError(error, 'decryption_failed')) return {}
  throw error
}

/** Of the grant, whatever its tokens are: refreshes move `secretRev` on. */
function contextOf({ connectionId, userId, accountId }: CredentialKey, epoch: number): SealContext {
  return { connectionId, userId, accountId, field: 'credential_properties', epoch, secretRev: 0 }
}
