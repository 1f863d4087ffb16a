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
  /** The access token of a row that was just read, with what `look` told of it; undefined when it has none. @throws {VaultError} `decryption_failed`, `store_unavailable`. */
  open(row: CredentialRow, data?: CredentialData): Promise<Secret | undefined>
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
/** A token of a kilobyte and what is known of it are some 2.5 KB: 25 MB at most. */
export const DEFAULT_OPENED_TOKENS = 10_000
/** Where more credentials are used than are remembered, most of those that are stay: to forget each for the next would cost more than to open it. */
const ADMITTED_OF_MANY = 8

const NO_PROPERTIES: CredentialProperties = Object.freeze({})

interface OpenedToken extends OpenedRow {
  readonly marks: Uint8Array
  readonly length: number
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
export function createOpenedTokens(parts: {
  readonly sealer: Sealer
  readonly clock: Clock
  /** How many are remembered. */
  readonly maxTokens: number
}): OpenedTokens {
  const { sealer, clock, maxTokens } = parts
  const opened = new Map<string, OpenedToken>()
  // By the sealed text, which a nonce makes unlike any other.
  const properties = new Map<string, CredentialProperties>()

  let turnedAway = 0

  /** Whether there is a place for one more, or was made. */
  function hasPlace(): boolean {
    if (maxTokens === 0) return false
    const [oldest] = opened.size < maxTokens ? [] : opened
    if (!oldest) return true
    const [oldestKey, { openedAtMs }] = oldest
    turnedAway += 1
    if (isYoung(openedAtMs) && turnedAway % ADMITTED_OF_MANY !== 0) return false
    return opened.delete(oldestKey)
  }

  function isYoung(openedAtMs: number): boolean {
    return clock.monotonic() - openedAtMs < MAX_AGE_MS
  }

  function isCurrent(known: OpenedToken, row: CredentialRow): boolean {
    return isFrom(known, row) && isYoung(known.openedAtMs)
  }

  return {
    look(row) {
      const known = opened.get(keyOf(row))
      const data = known?.text === row.data ? known.data : readCredentialData(row)
      return { data, accessToken: known && isCurrent(known, row) ? known.accessToken : undefined }
    },

    async open(row, data = readCredentialData(row)) {
      const { accessToken: sealed, epoch, secretRev } = row
      const key = keyOf(row)
      const known = opened.get(key)
      if (known && isCurrent(known, row)) return known.accessToken
      const openedAtMs = clock.monotonic()
      opened.delete(key)
      const accessToken = await openAccessToken(sealer, row)
      if (accessToken && sealed !== null && hasPlace()) {
        opened.set(key, { marks: marksOf(sealed), length: sealed.length, text: row.data, data, epoch, secretRev, openedAtMs, accessToken })
      }
      return accessToken
    },

    async propertiesOf(owner, { accountKey, epoch, sealedProperties }) {
      if (sealedProperties === null) return NO_PROPERTIES
      const known = properties.get(sealedProperties)
      if (known) return known
      if (properties.size >= DEFAULT_OPENED_TOKENS) properties.clear()
      const opened = Object.freeze(await openProperties(sealer, { ...owner, accountId: accountKey }, epoch, sealedProperties))
      properties.set(sealedProperties, opened)
      return opened
    },

    // While the store with the keys is away, no other can be made.
    fingerprintOf: (userId, accessToken) => accessToken.derived(async (text) => toBase64url(await sealer.fingerprint(userId, text))),
  }
}

/** Lengths keep parts apart that hold any character. */
function keyOf({ connectionId, userId, accountId }: CredentialRow): string {
  return `${connectionId.length}:${userId.length}:${connectionId}${userId}${accountId}`
}

/** Data key, nonce and commitment of what is sealed, and its tag: with them and the place alike, nothing else opens from it. */
const HEADER_LENGTH = 76
const TAG_LENGTH = 16

/** A copy: what a store handed out is its own. */
function marksOf(sealed: Uint8Array): Uint8Array {
  const marks = new Uint8Array(HEADER_LENGTH + TAG_LENGTH)
  marks.set(sealed.subarray(0, HEADER_LENGTH))
  marks.set(sealed.subarray(sealed.length - TAG_LENGTH), HEADER_LENGTH)
  return marks
}

function isFrom(known: OpenedToken, { epoch, secretRev, accessToken: sealed }: CredentialRow): boolean {
  const { marks, length } = known
  if (known.epoch !== epoch || known.secretRev !== secretRev || sealed?.length !== length) return false
  for (let index = 0; index < HEADER_LENGTH; index += 1) if (marks[index] !== sealed[index]) return false
  const tagAt = length - TAG_LENGTH
  for (let index = 0; index < TAG_LENGTH; index += 1) if (marks[HEADER_LENGTH + index] !== sealed[tagAt + index]) return false
  return true
}
