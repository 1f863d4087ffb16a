import { readCredentialData } from '../credentials/credential-data.js'
import { isVaultError } from '../errors.js'
import type { Connection } from '../model/connection.js'
import type { ConnectionRegistry } from '../model/connection-registry.js'
import type { CredentialRow } from '../storage/contract.js'
import { credentialKeyOf } from '../storage/rules/store-key.js'
import { unitInterval } from './backoff.js'
import type { RefreshContext } from './context.js'
import type { RefreshCoordinator } from './coordinator.js'
import { isDueNow, nextDueAtMs } from './due.js'
import { refreshTiming } from './profile.js'

/** What a pass of the sweeper did. */
export interface SweepReport {
  /** Credentials that were due. */
  readonly due: number
  /** Of these, those that were refreshed. */
  readonly refreshed: number
  /** And those that were tried in vain, or could not be read. */
  readonly failed: number
}

/**
 * Works through the credentials that are due though nobody asks: refreshes whose process died, outcomes to be found out,
 * tokens to be refreshed ahead, refresh tokens to be kept alive. Without it recovery would wait for the next caller, past
 * the time in which a provider forgives.
 */
export interface Sweeper {
  /** One pass. Resolves when the refreshes that it began have ended. Never rejects. */
  sweep(): Promise<SweepReport>
  /** Passes on and on, in the background, until the vault closes. */
  start(): void
}

/** A dead process's refresh is found within this, give or take a fifth, so that processes do not sweep in step. */
const SWEEP_EVERY_MS = 5_000
const BATCH = 100
/** A pass ends after so many, however many are due: the next is near. */
const MAX_BATCHES = 50
/** What is due beyond this is left for a later pass, or another process. */
const QUEUE_PER_CONNECTION = 1_000
/** How long other sweepers leave a row alone that one has looked at. */
const LOOKED_AT_FOR_MS = 30_000
/** A row that cannot be read, or whose connection is gone, is looked at again after this. */
const UNREADABLE_FOR_MS = 3_600_000

export function createSweeper(parts: {
  readonly context: RefreshContext
  readonly coordinator: RefreshCoordinator
  readonly connections: ConnectionRegistry
  readonly tenant: string
  /** What else is to be done with each pass; resolves when it is done. Never rejects. */
  readonly alsoSweep: () => Promise<void>
}): Sweeper {
  const { context, coordinator, connections, tenant, alsoSweep } = parts
  const { credentials, journal, runtime, log, closing } = context
  const running = new Map<string, number>()

  /** Finds what is due, and begins to work on it. */
  const pass = async (): Promise<{ readonly counts: SweepReport; readonly works: readonly Promise<void>[] }> => {
    const counts = { due: 0, refreshed: 0, failed: 0 }
    const works: Promise<void>[] = []
    if (closing.aborted) return { counts, works }
    try {
      await journal.replay()
      works.push(alsoSweep())
      const dueBeforeMs = await context.storeNow()
      for (let batch = 0; batch < MAX_BATCHES && !closing.aborted; batch++) {
        const rows = await credentials.due({ tenant, dueBeforeMs, limit: BATCH, postponeToMs: dueBeforeMs + LOOKED_AT_FOR_MS })
        counts.due += rows.length
        works.push(...rows.map((row) => workOn(row, dueBeforeMs, counts)))
        if (rows.length < BATCH) break
      }
    } catch (error) {
      log.warn({ err: error }, 'The sweeper could not read what is due. It tries again.')
    }
    return { counts, works }
  }

  const workOn = async (row: CredentialRow, storeNowMs: number, counts: { refreshed: number; failed: number }): Promise<void> => {
    const { connectionId, userId, accountId } = row
    try {
      if ((row.lease?.untilMs ?? 0) > storeNowMs) return
      const connection = await connections.get(connectionId)
      if (!(await isWanted(connection, row, storeNowMs))) return
      const inFlight = running.get(connectionId) ?? 0
      if (inFlight >= QUEUE_PER_CONNECTION) return
      running.set(connectionId, inFlight + 1)
      try {
        await coordinator.refresh(connection, row).answer
        counts.refreshed += 1
      } finally {
        running.set(connectionId, (running.get(connectionId) ?? 1) - 1)
      }
    } catch (error) {
      counts.failed += 1
      // The refresh itself has told of these.
      if (isVaultError(error, 'provider_unavailable', 'provider_rejected_client', 'reauthorization_required', 'credential_not_found'))
        return
      log.warn({ connectionId, userId, accountId, err: error }, 'A credential that is due cannot be worked on. The others go on.')
      if (!isVaultError(error, 'store_unavailable')) await lookAgainAt(row, storeNowMs + UNREADABLE_FOR_MS).catch(() => undefined)
    }
  }

  /** Whether to refresh; if not, the row is told when to be looked at again. */
  const isWanted = async (connection: Connection, row: CredentialRow, storeNowMs: number): Promise<boolean> => {
    const { status, expiresAtMs, intent } = row
    const facts = { status, expiresAtMs, hasRefreshToken: row.refreshToken !== null }
    const data = readCredentialData(row)
    const nowMs = runtime.clock.now()
    if (intent !== null && facts.hasRefreshToken && status !== 'disconnected') {
      const freeAtMs =
        intent.state === 'sent' && intent.sentAtMs !== null ? intent.sentAtMs + refreshTiming(connection.rotation).takeOverSentAfterMs : 0
      if (freeAtMs <= storeNowMs) return true
      await lookAgainAt(row, freeAtMs)
      return false
    }
    const waits = data.retryAtMs !== null && data.retryAtMs > nowMs
    if (!waits && isDueNow(facts, data, connection, nowMs)) return true
    await lookAgainAt(row, waits && data.outcomeUnknown ? data.retryAtMs : nextDueAtMs(facts, data, connection, runtime.random))
    return false
  }

  const lookAgainAt = async (row: CredentialRow, dueAtMs: number | null): Promise<void> => {
    const attemptId = `sweep-${row.fence}-${row.version}-${dueAtMs}`
    await credentials.update({ key: credentialKeyOf(row), attemptId, expect: { version: row.version, fence: row.fence }, set: { dueAtMs } })
  }

  const passOnAndOn = async (): Promise<void> => {
    // Processes that start together do not begin together.
    let waitMs = unitInterval(runtime.random) * SWEEP_EVERY_MS
    while (!closing.aborted) {
      await runtime.clock.sleep(waitMs, closing, { background: true })
      if (closing.aborted) return
      // Not until all is done: a provider that stalls must not keep the credentials of others waiting.
      await pass()
      waitMs = SWEEP_EVERY_MS * (0.8 + 0.4 * unitInterval(runtime.random))
    }
  }

  return {
    async sweep() {
      const { counts, works } = await pass()
      await Promise.all(works)
      return counts
    },
    start: () => void passOnAndOn(),
  }
}
