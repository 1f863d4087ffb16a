import type { SealContext, Sealer } from '@holdfast/vault-core'
import { base64url } from 'jose'

/** JSON values, sealed under the vault's keys, as base64url text. */
export interface SealedJson {
  /** @param userId - Whose key seals; the tenant's own for `''`. @param field - Where the value belongs; bound into the seal. */
  seal(userId: string, field: string, value: unknown): Promise<string>
  /** @throws {VaultError} `decryption_failed` when it was not sealed so, or its key is destroyed; `store_unavailable`. */
  open(userId: string, field: string, sealed: string): Promise<unknown>
  /** Whether the key that sealed it is destroyed, as `forgetUser` does. */
  isKeyDestroyed(userId: string, sealed: string): Promise<boolean>
}

export function createSealedJson(sealer: Sealer): SealedJson {
  const encoder = new TextEncoder()
  const decoder = new TextDecoder()
  return {
    async seal(userId, field, value) {
      return base64url.encode(await sealer.seal(contextOf(userId, field), encoder.encode(JSON.stringify(value))))
    },
    async open(userId, field, sealed) {
      const opened: unknown = JSON.parse(decoder.decode(await sealer.open(contextOf(userId, field), bytesOf(sealed))))
      return opened
    },
    async isKeyDestroyed(userId, sealed) {
      return !(await sealer.holdsKeyOf(userId, bytesOf(sealed)))
    },
  }
}

function contextOf(userId: string, field: string): SealContext {
  return { userId, connectionId: '', accountId: '', field, epoch: 0, secretRev: 0 }
}

/** Nothing, which the sealer refuses, for what is not exactly the base64url of some bytes: no second text opens to the same value. */
function bytesOf(sealed: string): Uint8Array {
  if (!/^[A-Za-z0-9_-]+$/.test(sealed) || sealed.length % 4 === 1) return new Uint8Array()
  const bytes = base64url.decode(sealed)
  return base64url.encode(bytes) === sealed ? bytes : new Uint8Array()
}
