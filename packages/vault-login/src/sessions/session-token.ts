import { type RandomSource, randomToken, type Sealer, sha256Base64url } from '@holdfast/vault-core'
import { base64url } from 'jose'
import { sameText } from '../same-text.js'

/** What the browser holds: `<hash of the user id>.<session id>.<secret>`. */
export interface SessionToken {
  readonly userHash: string
  readonly sessionId: string
  /** 256 bit of random, and a keyed fingerprint that tells what was issued from what was made up. */
  readonly secret: string
}

const TOKEN = /^([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{65})$/
const RANDOM_LENGTH = 43

export function newSessionId(random: RandomSource): string {
  return randomToken(random, 16)
}

export function isSessionId(text: string): boolean {
  return /^[A-Za-z0-9_-]{22}$/.test(text)
}

export function userHashOf(userId: string): string {
  return sha256Base64url(userId)
}

export async function newSessionSecret(
  parts: { readonly sealer: Sealer; readonly random: RandomSource },
  owner: SecretOwner,
): Promise<string> {
  const text = randomToken(parts.random, 32)
  return text + (await fingerprintOf(parts.sealer, owner, text))
}

/**
 * Whether the secret was issued for this session, whenever that was. Session ids stand in tokens: whoever reads one must not be able to end
 * the session with a secret of his own making, as with one that was stolen.
 */
export async function wasIssued(sealer: Sealer, owner: SecretOwner, secret: string): Promise<boolean> {
  const text = secret.slice(0, RANDOM_LENGTH)
  return sameText(secret.slice(RANDOM_LENGTH), await fingerprintOf(sealer, owner, text))
}

export function writeSessionToken({ userHash, sessionId, secret }: SessionToken): string {
  return `${userHash}.${sessionId}.${secret}`
}

export function parseSessionToken(text: unknown): SessionToken | undefined {
  const [, userHash, sessionId, secret] = (typeof text === 'string' ? TOKEN.exec(text) : null) ?? []
  return userHash !== undefined && sessionId !== undefined && secret !== undefined ? { userHash, sessionId, secret } : undefined
}

export interface SecretOwner {
  readonly userId: string
  readonly sessionId: string
}

async function fingerprintOf(sealer: Sealer, { userId, sessionId }: SecretOwner, text: string): Promise<string> {
  return base64url.encode(await sealer.fingerprint(userId, `session/${sessionId}/${text}`))
}
