import { bytesToHex } from '@noble/hashes/utils.js'
import { VaultError } from '../../errors.js'
import { failureCode } from '../../oauth/network-failure.js'
import { toBase64, toBase64url } from '../base64.js'

/**
 * How a key service failed: the ciphertext does not open there; it denies access; it takes no more requests for now; the key is not
 * there, disabled or of another kind; or there was no usable answer.
 */
export type KmsFailure = 'refused' | 'denied' | 'throttled' | 'unusable' | 'unavailable'

/**
 * The error that a caller gets: which key, and what to do.
 *
 * @param thrown.sent - The data key that was sent. A message that quotes it is left out.
 */
export function kmsError(
  failure: KmsFailure,
  service: string,
  keyId: string,
  thrown?: { readonly error: unknown; readonly sent: Uint8Array | undefined },
): VaultError {
  const cause = thrown && { cause: causeOf(thrown.error, thrown.sent ? formsOf(thrown.sent) : []) }
  switch (failure) {
    case 'refused':
      return new VaultError(
        'decryption_failed',
        `A data key does not open under key "${keyId}": ${service} refuses it. Check that the key under this id is the one that wrapped it.`,
        cause,
      )
    case 'denied':
      return new VaultError(
        'store_unavailable',
        `${service} denies the use of key "${keyId}". Check this application's credentials, and that they may encrypt and decrypt with it.`,
        { reason: 'access_denied', ...cause },
      )
    case 'throttled':
      return new VaultError(
        'store_unavailable',
        `${service} takes no more requests for key "${keyId}" for now. Ask again later; raise its quota if this recurs.`,
        { reason: 'throttled', ...cause },
      )
    case 'unusable':
      return new VaultError(
        'store_unavailable',
        `${service} cannot use key "${keyId}": it is not there, disabled, or of another kind. Enable or restore it, or correct its name.`,
        { reason: 'unusable_key', ...cause },
      )
    case 'unavailable':
      return new VaultError(
        'store_unavailable',
        `${service} gave no usable answer for key "${keyId}". Ask again; look after ${service} and the way to it.`,
        cause,
      )
  }
}

/**
 * The name, message, codes and request id of what was thrown, and nothing else of it: errors of clients carry requests and responses,
 * and with them what must stand in no log.
 *
 * @param secrets - A message in which one of these stands is left out.
 */
export function causeOf(error: unknown, secrets: readonly string[] = []): Error {
  const { name, message, code, $metadata }: ErrorParts = typeof error === 'object' && error !== null ? error : {}
  const requestId = typeof $metadata === 'object' && $metadata !== null && 'requestId' in $metadata ? $metadata.requestId : undefined
  const text = typeof message === 'string' ? message : 'What was thrown has no message.'
  const isQuoting = secrets.some((secret) => text.includes(secret))
  const told = new Error(isQuoting ? 'The message is left out: it quotes what was sent.' : text.slice(0, MAX_MESSAGE_LENGTH))
  if (typeof name === 'string') told.name = name
  return Object.assign(told, {
    code: typeof code === 'number' ? code : failureCode(error),
    ...(typeof requestId === 'string' && { requestId }),
  })
}

const MAX_MESSAGE_LENGTH = 500

interface ErrorParts {
  readonly name?: unknown
  readonly message?: unknown
  readonly code?: unknown
  readonly $metadata?: unknown
}

function formsOf(secret: Uint8Array): readonly string[] {
  return [toBase64(secret).replaceAll('=', ''), toBase64url(secret), bytesToHex(secret), secret.join()]
}
