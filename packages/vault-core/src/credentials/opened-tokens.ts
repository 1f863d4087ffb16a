import { toBase64url } from '../crypto/base64.js'
import type { Sealer } from '../crypto/sealer.js'
import type { AccessGrant } from '../refresh/access-grant.js'
import type { Clock } from '../runtime.js'
import type { Secret } from '../secret.js'
import type { CredentialKey, CredentialRow } from '../storage/contract.js'
import { type CredentialData, readCredentialData } from './credential-data.js'
import { type CredentialProperties, openProperties } from './sealed-properties.js'
import { openAccessToken } from './sealed-tokens.js'

/** Access tokens that were opened lately, so that the same sealed bytes are not opened again for each caller. */
export interface OpenedTokens {
  /** What can be had without waiting of a row that was just read. @throws {VaultError} `decryption_failed` when its data is damaged. */
  look(row: CredentialRow): OpenedRow
  /** The access token of a row that was just read; undefined when it has none. @throws {VaultError} `decryption_failed`, `store_unavailable`. */
  open(row: CredentialRow): Promise<Secret | undefined>
  /** What the provider said of the grant beside its tokens. @throws {VaultError} `decryption_failed`, `store_unavailable`. */
  propertiesOf(owner: Omit<CredentialKey, 'accountId'>, grant: AccessGrant): Promise<CredentialProperties>
  /** Names the token and tells nothing of it, base64url. */
  fingerprintOf(userId: string, accessToken: Secret): Promise<string>
}

export interface OpenedRow {
  /** What the row says beside its columns. */
  readonly data: CredentialData
  /** Undefined when it was not opened lately, or there is none. */
  readonly accessToken: Secret | undefined
}

/** As long as the data key is held that opens them. */
const MAX_AGE_MS = 300_000
/** A token and its sealed bytes are some 4 KB: 4 MB at most. */
const MAX_TOKENS = 1_000

const NO_PROPERTIES: CredentialProperties = Object.freeze({})

interface OpenedToken extends OpenedRow {
  readonly sealed: Uint8Array
  /** The row's JSON, and what it says. */
  readonly text: string
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
  // By the sealed text, which a nonce makes unlike any other.
  const properties = new Map<string, CredentialProperties>()
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

  function isCurrent(known: OpenedToken, row: CredentialRow): boolean {
    return isFrom(known, row) && clock.monotonic() - known.openedAtMs < MAX_AGE_MS
  }

  return {
    look(row) {
      const known = opened.get(keyOf(row))
      const data = known?.text === row.data ? known.data : readCredentialData(row)
      return { data, accessToken: known && isCurrent(known, row) ? known.accessToken : undefined }
    },

    async open(row) {
      const { accessToken: sealed, epoch, secretRev } = row
      const key = keyOf(row)
      const known = opened.get(key)
      if (known && isCurrent(known, row)) return known.accessToken
      const openedAtMs = clock.monotonic()
      opened.delete(key)
      const accessToken = await openAccessToken(sealer, row)
      // A copy: what a store handed out is its own.
      if (accessToken && sealed !== null) {
        const data = readCredentialData(row)
        remember(key, { sealed: sealed.slice(), text: row.data, data, epoch, secretRev, openedAtMs, accessToken })
      }
      return accessToken
    },

    async propertiesOf(owner, { accountKey, epoch, sealedProperties }) {
      if (sealedProperties === null) return NO_PROPERTIES
      const known = properties.get(sealedProperties)
      if (known) return known
      if (properties.size >= MAX_TOKENS) properties.clear()
      const opened = Object.freeze(await openProperties(sealer, { ...owner, accountId: accountKey }, epoch, sealedProperties))
      properties.set(sealedProperties, opened)
      return opened
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

function isFrom(known: OpenedToken, { epoch, secretRev, accessToken: sealed }: CredentialRow): boolean {
  if (known.epoch !== epoch || known.secretRev !== secretRev || sealed === null || known.sealed.length !== sealed.length) return false
  const { length } = sealed
  for (let index = 0; index < HEADER_LENGTH; index += 1) if (known.sealed[index] !== sealed[index]) return false
  for (let index = length - TAG_LENGTH; index < length; index += 1) if (known.sealed[index] !== sealed[index]) return false
  return true
}
