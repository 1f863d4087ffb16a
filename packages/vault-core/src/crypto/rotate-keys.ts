import { isVaultError, VaultError } from '../errors.js'
import { type Actor, parseActor } from '../events/actor.js'
import type { EventRecorder } from '../events/event-recorder.js'
import type { Runtime } from '../runtime.js'
import type { DocumentRow, DocumentStore } from '../storage/contract.js'
import { eachDataKeysDocument, userOfDocument } from './each-data-keys-document.js'
import type { Keyring } from './keyring.js'
import { randomToken } from './random-token.js'
import { parseDataKeys, type StoredDataKey, serializeDataKeys } from './stored-data-keys.js'

export interface RotateKeysOptions {
  /** Most users' data keys that are wrapped anew in a second: each asks the keyring twice and the store once. 1 to 10,000; default 100. */
  readonly maxPerSecond?: number
  /** Goes on where an earlier run ended, by its `cursor`. Without it all are looked at, and those that are done are passed over. */
  readonly cursor?: string
  /** Ends the run after the user at hand. What is done stays done. */
  readonly signal?: AbortSignal
  /** Told after each user. What it throws ends the run. */
  readonly onProgress?: (progress: KeyRotationReport) => void
  /** Who rotates, for the event that tells of it. */
  readonly actor?: Actor
}

/** How far a rotation came. */
export interface KeyRotationReport {
  /** The wrapping key that data keys are under now. */
  readonly keyId: string
  readonly isDone: boolean
  /** Users looked at; the tenant's own data keys count as one. */
  readonly seen: number
  /** Of these, those whose data keys were wrapped anew. */
  readonly rewrapped: number
  /** And those whose data keys could not be; theirs stay as they were. */
  readonly failed: number
  /** The first hundred of these. */
  readonly failures: readonly KeyRotationFailure[]
  /** Where to go on; absent at the beginning and when all is done. */
  readonly cursor?: string
}

export interface KeyRotationFailure {
  /** Empty for the tenant's own data keys. */
  readonly userId: string
  readonly error: VaultError
}

export interface RotateKeysParts {
  readonly documents: DocumentStore
  readonly keyring: Keyring
  readonly tenant: string
  readonly runtime: Runtime
  readonly recorder: EventRecorder
}

/** A tenth of the rate that key management services allow by default; ten thousand users take two minutes. */
const DEFAULT_PER_SECOND = 100
const MOST_FAILURES_TOLD = 100
/** Another process may write the same document at any moment; ten times in a row none does. */
const MOST_TRIES = 10

/**
 * Makes `vault.rotateKeys`: wraps every data key that is under another wrapping key than the keyring's first anew. Only the wraps
 * are written, by compare-and-swap. What the data keys have sealed stays as it is, so nobody waits, and any number of processes
 * may do the same at once, or refresh meanwhile.
 */
export function createRotateKeys(parts: RotateKeysParts): (options?: RotateKeysOptions) => Promise<KeyRotationReport> {
  const { documents, keyring, tenant, runtime, recorder } = parts
  return async (options = {}) => {
    const { signal, onProgress } = options
    const actor = parseActor(options)
    const pauseMs = 1_000 / parseRate(options.maxPerSecond ?? DEFAULT_PER_SECOND)
    const counts = { seen: 0, rewrapped: 0, failed: 0 }
    const failures: KeyRotationFailure[] = []
    const report = (isDone: boolean, cursor: string | undefined): KeyRotationReport => ({
      keyId: keyring.current(),
      isDone,
      ...counts,
      failures: [...failures],
      ...(cursor !== undefined && { cursor }),
    })
    const ended = async (isDone: boolean, cursor?: string): Promise<KeyRotationReport> => {
      await recorder.record(recorder.make({ type: 'keys_rotated', keyId: keyring.current(), isDone, ...counts, actor }))
      return report(isDone, cursor)
    }
    for await (const { row, cursor } of eachDataKeysDocument(documents, tenant, options.cursor)) {
      if (signal?.aborted) return ended(false, cursor)
      const outcome = await rewrapOrFail(parts, row)
      counts.seen += 1
      if (outcome === 'rewrapped') counts.rewrapped += 1
      if (isVaultError(outcome)) {
        counts.failed += 1
        if (failures.length < MOST_FAILURES_TOLD) failures.push({ userId: userOfDocument(row), error: outcome })
      }
      onProgress?.(report(false, cursor))
      if (outcome === 'rewrapped') await runtime.clock.sleep(pauseMs, signal)
    }
    return ended(true)
  }
}

/** Data keys that do not open, or whose wrapping key is gone, are one user's trouble. An outage ends the run. */
async function rewrapOrFail(parts: RotateKeysParts, row: DocumentRow): Promise<'rewrapped' | 'current' | VaultError> {
  try {
    return await rewrap(parts, row)
  } catch (error) {
    const isOneUsers = isVaultError(error) && (error.code !== 'store_unavailable' || error.facts.reason === 'unknown_key')
    if (isOneUsers) return error
    if (isVaultError(error)) throw error
    throw new VaultError('store_unavailable', 'The keyring failed in the middle of a rotation. Look after it, and call rotateKeys again.', {
      cause: error,
    })
  }
}

async function rewrap(parts: RotateKeysParts, seen: DocumentRow): Promise<'rewrapped' | 'current'> {
  const { documents, keyring, runtime } = parts
  const userId = userOfDocument(seen)
  const attemptId = randomToken(runtime.random, 16)
  let row: DocumentRow | null = seen
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    // The user was forgotten meanwhile.
    if (!row) return 'current'
    const stored = parseDataKeys(row.data, userId)
    if (stored.keys.every(({ wrapped }) => keyring.keyIdOf(wrapped) === keyring.current())) return 'current'
    const [first, ...others] = stored.keys
    const keys = [await underCurrent(parts, userId, first), ...(await Promise.all(others.map((key) => underCurrent(parts, userId, key))))]
    const [oldest, ...later] = keys
    const current = keys[stored.keys.indexOf(stored.current)]
    if (!oldest || !current) return 'current'
    const { tenant, kind, id, version } = row
    const data = serializeDataKeys({ current, keys: [oldest, ...later] })
    const put = await documents.put({ tenant, kind, id, data, expect: version, attemptId })
    if (put.outcome === 'stored') return 'rewrapped'
    row = put.current
  }
  throw new VaultError('conflict', `The data keys of user "${userId}" changed again and again. Call rotateKeys once more.`, { userId })
}

async function underCurrent({ keyring, tenant }: RotateKeysParts, userId: string, key: StoredDataKey): Promise<StoredDataKey> {
  if (keyring.keyIdOf(key.wrapped) === keyring.current()) return key
  const context = { tenant, userId, dekId: key.dekId }
  return { ...key, wrapped: await keyring.wrap(await keyring.unwrap(key.wrapped, context), context) }
}

function parseRate(maxPerSecond: unknown): number {
  if (typeof maxPerSecond === 'number' && maxPerSecond >= 1 && maxPerSecond <= 10_000) return maxPerSecond
  const problem = 'must be a number from 1 to 10,000'
  throw new VaultError('invalid_request', `\`maxPerSecond\` ${problem}.`, { fields: { maxPerSecond: problem } })
}
