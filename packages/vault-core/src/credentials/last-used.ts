import type { Log } from '../log.js'
import type { Clock } from '../runtime.js'
import type { CredentialKey, CredentialRow, CredentialStore } from '../storage/contract.js'
import { credentialKeyOf } from '../storage/rules/store-key.js'

/** Notes when credentials are used, without making anybody wait: to the hour, and behind the hand-outs. */
export interface LastUsed {
  /** This row's token is handed out. */
  note(row: CredentialRow): void
  /** Writes what was noted. Never rejects. */
  flush(): Promise<void>
}

/** What the row itself says of the last hour is enough. */
const EVERY_MS = 3_600_000
/** Uses that come together are written together. */
const GATHER_MS = 1_000
/** As many as a store takes at once. */
const BATCH = 1_000
/** Where nobody flushes for long, what was noted first is worth no more memory. */
const MOST_NOTED = 50_000

export function createLastUsed(parts: {
  readonly credentials: Pick<CredentialStore, 'touch'>
  readonly clock: Clock
  readonly log: Log
  /** False: nothing runs behind a request, and what was noted is written by `flush` alone. */
  readonly background: boolean
}): LastUsed {
  const { credentials, clock, log, background } = parts
  const noted = new Map<string, CredentialKey>()
  let writing: Promise<void> = Promise.resolve()
  let isGathering = false

  const write = async (keys: readonly CredentialKey[]): Promise<void> => {
    try {
      for (let from = 0; from < keys.length; from += BATCH)
        await credentials.touch({ keys: keys.slice(from, from + BATCH), atMs: clock.now() })
    } catch (error) {
      log.debug({ credentials: keys.length, err: error }, 'When credentials were used could not be noted. Their next use is.')
    }
  }

  const flush = (): Promise<void> => {
    const keys = [...noted.values()]
    noted.clear()
    if (keys.length > 0) writing = writing.then(() => write(keys))
    return writing
  }

  const gather = async (): Promise<void> => {
    await clock.sleep(GATHER_MS, undefined, { background: true })
    isGathering = false
    await flush()
  }

  return {
    note(row) {
      if (row.lastUsedAtMs !== null && clock.now() - row.lastUsedAtMs < EVERY_MS) return
      if (noted.size >= MOST_NOTED) noted.clear()
      noted.set(nameOf(row), credentialKeyOf(row))
      if (!background || isGathering) return
      isGathering = true
      void gather()
    },
    flush,
  }
}

/** Lengths keep parts apart that hold any character. */
function nameOf({ connectionId, userId, accountId }: CredentialKey): string {
  return `${connectionId.length}:${userId.length}:${connectionId}${userId}${accountId}`
}
