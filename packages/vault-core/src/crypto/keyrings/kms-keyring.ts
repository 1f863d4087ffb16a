import { isVaultError, VaultError } from '../../errors.js'
import { DEK_LENGTH } from '../envelope.js'
import { type KeyRing, wrappingKeyOf } from '../key-ring.js'
import type { Keyring, WrapContext } from '../keyring.js'
import { readWrapped, type WrappedBy, writeWrapped } from '../wrapped-header.js'
import { type KmsFailure, kmsError } from './kms-failure.js'

/** What one key service does in its own way. */
export interface KmsService<Key> {
  readonly kind: WrappedBy
  /** What messages call it. */
  readonly name: string
  encrypt(key: Key, dek: Uint8Array, context: WrapContext): Promise<Uint8Array>
  decrypt(key: Key, ciphertext: Uint8Array, context: WrapContext): Promise<Uint8Array>
  /** What it means that the service, or the way to it, threw this. */
  failureOf(error: unknown): KmsFailure
}

/** A keyring whose wrapping keys never leave a key service: only data keys, 32 bytes each, travel there. */
export function kmsKeyring<Key extends { readonly id: string }>(
  service: KmsService<Key>,
  keys: KeyRing<Key>,
  reload: (() => Promise<KeyRing<Key>>) | undefined,
): Keyring {
  let ring = keys

  return {
    current: () => ring.primary.id,
    keyIdOf: (wrapped) => readWrapped(service.kind, wrapped)?.kekId,
    ...(reload && {
      async reload() {
        ring = await reload()
      },
    }),
    async wrap(dek, context) {
      const { primary } = ring
      try {
        const ciphertext = await service.encrypt(primary, dek, context)
        if (ciphertext.length === 0) throw new TypeError('The answer has an empty ciphertext.')
        return writeWrapped(service.kind, primary.id, ciphertext)
      } catch (error) {
        throw asVaultError(service, primary.id, error, dek)
      }
    },
    async unwrap(wrapped, context) {
      const parts = readWrapped(service.kind, wrapped)
      const key = wrappingKeyOf(ring, parts?.kekId)
      const body = parts?.body ?? new Uint8Array()
      // No service takes an empty ciphertext; what it would say of it is no outage.
      if (body.length === 0) throw kmsError('refused', service.name, key.id)
      const dek = await decrypt(service, key, body, context)
      if (dek.length !== DEK_LENGTH)
        throw new VaultError(
          'decryption_failed',
          `${service.name} returned ${dek.length} bytes for a data key under key "${key.id}" instead of 32. Restore the data key from a backup.`,
        )
      return dek
    },
  }
}

async function decrypt<Key extends { readonly id: string }>(
  service: KmsService<Key>,
  key: Key,
  ciphertext: Uint8Array,
  context: WrapContext,
): Promise<Uint8Array> {
  try {
    return await service.decrypt(key, ciphertext, context)
  } catch (error) {
    throw asVaultError(service, key.id, error)
  }
}

function asVaultError<Key>(service: KmsService<Key>, keyId: string, error: unknown, sent?: Uint8Array): VaultError {
  if (isVaultError(error)) return error
  const failure = service.failureOf(error)
  // A service that refuses to encrypt refuses the key, not what it never saw before.
  return kmsError(sent && failure === 'refused' ? 'unusable' : failure, service.name, keyId, { error, sent })
}
