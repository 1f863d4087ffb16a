import { fromBase64, toBase64url } from '../crypto/base64.js'
import type { SealContext, Sealer } from '../crypto/sealer.js'
import { isVaultError, VaultError } from '../errors.js'
import type { Log } from '../log.js'
import type { CredentialRow, CredentialStore, CredentialUpdate } from '../storage/contract.js'
import type { Journal } from './journal.js'

/** Write-backs that the store could not take, kept in the journal that the host configured, if it did. */
export interface RefreshJournal {
  /** Makes sure that an entry can be sealed later, when the store with the data keys may be away. */
  prepare(): Promise<void>
  keep(write: CredentialUpdate): Promise<void>
  forget(attemptId: string): Promise<void>
  /**
   * Gives the store what earlier processes, or this one, could not. To be done before a refresh token is sent that an entry
   * may have a newer one for: at the first claim, and before an interrupted refresh is taken over.
   *
   * @throws {VaultError} `store_unavailable`: then nothing may be sent.
   */
  replay(): Promise<void>
  /** {@link replay}, unless it was done since the start and the row tells of no interrupted refresh. */
  replayBefore(row: CredentialRow): Promise<void>
  /** Whether the row as claimed tells of an interrupted refresh of which it did not when it was seen: then the journal may have its answer by now. */
  mayKnowMore(claimed: CredentialRow, seen: CredentialRow): boolean
}

export function createRefreshJournal(parts: {
  readonly journal: Journal | undefined
  readonly sealer: Sealer
  readonly credentials: CredentialStore
  readonly log: Log
  /** Told that an entry was written, and with it what it brought along. */
  readonly written: () => void
  /** Told of an entry whose grant has ended meanwhile: its tokens are to be revoked. */
  readonly discard: (write: CredentialUpdate) => Promise<void>
}): RefreshJournal {
  const { journal, sealer, credentials, log, written, discard } = parts
  if (!journal) return noJournal
  let wasReplayed = false
  let replaying: Promise<void> | undefined

  const replayAll = async (): Promise<void> => {
    for (const { name, entry } of await journal.read()) {
      try {
        await replayOne(readEntry(await sealer.open(contextOf(name), entry)))
      } catch (error) {
        // Neither keys nor store can be had just now: that says nothing of the entry, and what it holds may be what is needed.
        if (!isVaultError(error) || error.code === 'store_unavailable') throw error
        log.error(
          { entry: name, err: error },
          'An entry of the journal does not open, or is not taken. It is left where it is, and the others go on.',
        )
        continue
      }
      await journal.remove(name)
    }
    wasReplayed = true
  }

  const replayOne = async (write: CredentialUpdate): Promise<void> => {
    const result = await credentials.update(write)
    if (result.outcome === 'updated') {
      log.info({ ...write.key }, 'A refresh that an earlier outage kept from the store was written.')
      written()
    } else if (result.outcome === 'missing' || result.row.status === 'disconnected') await discardOrTell(write)
  }

  const discardOrTell = async (write: CredentialUpdate): Promise<void> => {
    try {
      await discard(write)
    } catch (error) {
      if (!isVaultError(error, 'decryption_failed', 'connection_not_found')) throw error
      log.warn({ ...write.key, err: error }, 'Tokens in the journal of a grant that has ended are not revoked: they do not open any more.')
    }
  }

  const replay = (): Promise<void> => {
    replaying ??= replayAll().finally(() => {
      replaying = undefined
    })
    return replaying
  }

  return {
    prepare: () => sealer.prepare(''),
    async keep(write) {
      try {
        await journal.write(write.attemptId, await sealer.seal(contextOf(write.attemptId), writeEntry(write)))
      } catch (error) {
        log.error({ ...write.key, err: error }, 'The journal failed too. The new tokens are in memory alone until the store takes them.')
      }
    },
    async forget(attemptId) {
      try {
        await journal.remove(attemptId)
      } catch (error) {
        log.warn({ entry: attemptId, err: error }, 'An entry of the journal that is not needed any more stays: it is harmless.')
      }
    },
    replay,
    async replayBefore(row) {
      if (!wasReplayed || isInterrupted(row)) await replay()
    },
    mayKnowMore: (claimed, seen) => isInterrupted(claimed) && !isInterrupted(seen),
  }
}

const noJournal: RefreshJournal = {
  prepare: async () => undefined,
  keep: async () => undefined,
  forget: async () => undefined,
  replay: async () => undefined,
  replayBefore: async () => undefined,
  mayKnowMore: () => false,
}

function isInterrupted({ intent, unresolvedSends }: CredentialRow): boolean {
  return intent?.state === 'sent' || unresolvedSends > 0
}

/** Under the tenant's key, for the names of users stand in it. The tokens in it are sealed a second time, under their user's. */
function contextOf(name: string): SealContext {
  return { userId: '', connectionId: '', accountId: '', field: `journal/${name}`, epoch: 0, secretRev: 0 }
}

/** JSON, with bytes as `{ "bytes": base64url }`. */
function writeEntry(write: CredentialUpdate): Uint8Array {
  const text = JSON.stringify({ v: 1, write }, (_key, value: unknown) =>
    value instanceof Uint8Array ? { bytes: toBase64url(value) } : value,
  )
  return new TextEncoder().encode(text)
}

/** @throws {VaultError} `decryption_failed` for what {@link writeEntry} did not write. */
function readEntry(plaintext: Uint8Array): CredentialUpdate {
  try {
    return parseEntry(plaintext)
  } catch (error) {
    throw new VaultError('decryption_failed', 'What the entry holds is not what this version writes.', { cause: error })
  }
}

function parseEntry(plaintext: Uint8Array): CredentialUpdate {
  const { write } = JSON.parse(new TextDecoder().decode(plaintext), (_key, value: unknown) =>
    typeof value === 'object' && value !== null && 'bytes' in value && typeof value.bytes === 'string' ? fromBase64(value.bytes) : value,
  ) as { write: CredentialUpdate }
  return write
}
