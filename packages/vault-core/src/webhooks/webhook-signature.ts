import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { fromBase64, toBase64 } from '../crypto/base64.js'
import { Secret } from '../secret.js'

const PREFIX = 'whsec_'
/** As the specification says. */
const LEAST_BYTES = 24
const MOST_BYTES = 64
/** One in use, and others while it is changed. */
const MOST_SECRETS = 5

/** What is wrong with the secrets of an endpoint, or undefined. Never quotes one. */
export function secretsProblem(secret: unknown): string | undefined {
  const secrets: readonly unknown[] = Array.isArray(secret) ? secret : [secret]
  if (secrets.length === 0 || secrets.length > MOST_SECRETS) return `must be a secret, or 1 to ${MOST_SECRETS} of them`
  return secrets.every((each) => keyOf(each) !== undefined)
    ? undefined
    : `must be \`${PREFIX}\` and the base64 of ${LEAST_BYTES} to ${MOST_BYTES} random bytes`
}

/** The secrets of an endpoint that {@link secretsProblem} found right. */
export function secretsOf(secret: string | readonly string[]): readonly Secret[] {
  return (typeof secret === 'string' ? [secret] : secret).map((each) => new Secret(each))
}

/** What the signatures are made over. */
export interface SignedMessage {
  readonly id: string
  /** Seconds since 1970, as the header says it. */
  readonly timestamp: string
  readonly body: string
}

/**
 * The value of `webhook-signature`: one signature for each secret.
 *
 * @see {@link https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md Standard Webhooks}
 */
export function signatureHeader(secrets: readonly Secret[], message: SignedMessage): string {
  return secrets.map((secret) => `v1,${toBase64(signatureOf(secret, message))}`).join(' ')
}

/** HMAC-SHA256 under the secret. */
export function signatureOf(secret: Secret, { id, timestamp, body }: SignedMessage): Uint8Array {
  return hmac(sha256, keyOf(secret.reveal()) ?? new Uint8Array(), utf8ToBytes(`${id}.${timestamp}.${body}`))
}

function keyOf(secret: unknown): Uint8Array | undefined {
  if (typeof secret !== 'string' || !secret.startsWith(PREFIX)) return undefined
  const key = fromBase64(secret.slice(PREFIX.length))
  return key && key.length >= LEAST_BYTES && key.length <= MOST_BYTES ? key : undefined
}
