import { toBase64url } from '../crypto/base64.js'
import type { Sealer } from '../crypto/sealer.js'
import type { Clock } from '../runtime.js'
import type { Secret } from '../secret.js'
import type { CredentialRow } from '../storage/contract.js'
import { type CredentialData, readCredentialData } from './credential-data.js'
import { openAccessToken } from './sealed-tokens.js'

/** Access tokens that were opened lately, so that the same sealed bytes are not opened again for each caller. */
export interface OpenedTokens {
  /** The access token of a row that was just read; undefined when it has none. @throws {VaultError} `decryption_failed`, `store_unavailable`. */
  open(row: CredentialRow): Promise<Secret | undefined>
  /** What the row says beside its columns. @throws {VaultError} `decryption_failed` when it is damaged. */
  dataOf(row: CredentialRow): CredentialData
  /** Names the token and tells nothing of it, base64url. */
  fingerprintOf(userId: string, accessToken: Secret): Promise<string>
}

/** As long as the data key is held that opens them. */
const MAX_AGE_MS = 300_000
/** A token and its sealed bytes are some 4 KB: 4 MB at most. */
const MAX_TOKENS = 1_000

interface OpenedToken {
  readonly sealed: Uint8Array
  /** The row's JSON, and what it says. */
  readonly text: string
  readonly data: CredentialData
  readonly epoch: number
  readonly secretRev: number
  readonly openedAtMs: number
  readonly accessToken: Secret
}

/**
 * Remembers what was opened, by credential. The row is still read each time, and a token is given again only for the sealed value that it was
 * opened from, in the same place: so nothing that is remembered can be old.
 */
export function createOpenedTokens({ sealer, clock }: { readonly sealer: Sealer; readonly clock: Clock }): OpenedTokens {
  const opened = new Map<string, OpenedToken>()
  // While the store with the keys is away, no other can be made.
  const fingerprints = new WeakMap<Secret, Promise<string>>()

  function remember(key: string, token: OpenedToken): void {
    opened.delete(key)
    for (const oldest of opened.keys()) {
      if (opened.size < MAX_TOKENS) break
      opened.delete(oldest)
    }
    opened.set(key, token)
  }

  return {
    async open(row) {
      const { accessToken: sealed, epoch, secretRev } = row
      const key = keyOf(row)
      const known = opened.get(key)
      const nowMs = clock.monotonic()
      if (known && sealed !== null && isFrom(known, row, sealed) && nowMs - known.openedAtMs < MAX_AGE_MS) return known.accessToken
      opened.delete(key)
      const accessToken = await openAccessToken(sealer, row)
      // A copy: what a store handed out is its own.
      if (accessToken && sealed !== null) {
        const data = readCredentialData(row)
        remember(key, { sealed: sealed.slice(), text: row.data, data, epoch, secretRev, openedAtMs: nowMs, accessToken })
      }
      return accessToken
    },

    dataOf(row) {
      const known = opened.get(keyOf(row))
      return known?.text === row.data ? known.data : readCredentialData(row)
    },

    fingerprintOf(userId, accessToken) {
      const known = fingerprints.get(accessToken)
      if (known) return known
      const fingerprint = sealer.fingerprint(userId, accessToken.reveal()).then(toBase64url)
      fingerprints.set(accessToken, fingerprint)
      return fingerprint
    },
  }
}

/** Lengths keep parts apart that hold any character. */
function keyOf({ connectionId, userId, accountId }: CredentialRow): string {
  return `${connectionId.length}:${userId.length}:${connectionId}${userId}${accountId}`
}

/** Data key, nonce and commitment of what is sealed, and its tag: with them and the place alike, nothing else opens from it. */
const HEADER_LENGTH = 76
const TAG_LENGTH = 16

function isFrom(known: OpenedToken, { epoch, secretRev }: CredentialRow, sealed: Uint8Array): boolean {
  const { length } = sealed
  if (known.epoch !== epoch || known.secretRev !== secretRev || known.sealed.length !== length) return false
  for (let index = 0; index < HEADER_LENGTH; index += 1) if (known.sealed[index] !== sealed[index]) return false
  for (let index = length - TAG_LENGTH; index < length; index += 1) if (known.sealed[index] !== sealed[index]) return false
  return true
}
