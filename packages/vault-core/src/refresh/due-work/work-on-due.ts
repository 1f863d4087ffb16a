import { readCredentialData } from '../../credentials/credential-data.js'
import { isVaultError } from '../../errors.js'
import type { Connection } from '../../model/connection.js'
import type { ConnectionRegistry } from '../../model/connection-registry.js'
import type { CredentialRow, CredentialUpdate } from '../../storage/contract.js'
import { credentialKeyOf } from '../../storage/rules/store-key.js'
import type { RefreshContext } from '../context.js'
import type { RefreshCoordinator } from '../coordinator.js'
import { isDueNow, nextDueAtMs } from '../due.js'
import { refreshTiming } from '../profile.js'
import type { Permit } from '../rate/rate-window.js'

/** What came of a credential that was due. `passed_over`: there was nothing to refresh, or another process is at it. */
export type DueOutcome = 'refreshed' | 'failed' | 'passed_over'

/** A row that cannot be read, or whose connection is gone, is looked at again after this. */
const UNREADABLE_FOR_MS = 3_600_000
/** Due times come from this process's clock and are judged by the store's, which may be ahead: what is not wanted yet is not looked at on and on. */
const AGAIN_IN_MS = 1_000

export interface DueWorkParts {
  readonly context: RefreshContext
  readonly coordinator: RefreshCoordinator
  readonly connections: ConnectionRegistry
}

/** Makes the work on one credential that is due: refreshes it if that is still wanted, else says when it is to be looked at again. Never rejects. */
export function createWorkOnDue(parts: DueWorkParts): (row: CredentialRow, storeNowMs: number, permit: Permit) => Promise<DueOutcome> {
  const { context, coordinator, connections } = parts
  const { credentials, runtime, log, dueTerms } = context

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
      await lookAgainAt(row, freeAtMs, storeNowMs)
      return false
    }
    const waits = data.retryAtMs !== null && data.retryAtMs > nowMs
    if (!waits && isDueNow(facts, data, connection, dueTerms, nowMs)) return true
    await lookAgainAt(row, waits && data.outcomeUnknown ? data.retryAtMs : nextDueAtMs(facts, data, connection, dueTerms), storeNowMs)
    return false
  }

  const lookAgainAt = (row: CredentialRow, dueAtMs: number | null, storeNowMs: number): Promise<unknown> =>
    credentials.update(dueTimeOf(row, dueAtMs === null ? null : Math.max(dueAtMs, storeNowMs + AGAIN_IN_MS)))

  return async (row, storeNowMs, permit) => {
    const { connectionId, userId, accountId } = row
    try {
      if ((row.lease?.untilMs ?? 0) > storeNowMs) return 'passed_over'
      const connection = await connections.get(connectionId)
      if (!(await isWanted(connection, row, storeNowMs))) return 'passed_over'
      await coordinator.refresh(connection, row, permit).answer
      return 'refreshed'
    } catch (error) {
      // The refresh itself has told of these.
      if (isVaultError(error, 'provider_unavailable', 'provider_rejected_client', 'reauthorization_required', 'credential_not_found'))
        return 'failed'
      log.warn({ connectionId, userId, accountId, err: error }, 'A credential that is due cannot be worked on. The others go on.')
      if (!isVaultError(error, 'store_unavailable'))
        await lookAgainAt(row, storeNowMs + UNREADABLE_FOR_MS, storeNowMs).catch(() => undefined)
      return 'failed'
    } finally {
      // If it was not needed.
      permit.end()
    }
  }
}

/** The write that says when a row is to be looked at, if it is still as it was seen. */
export function dueTimeOf(row: CredentialRow, dueAtMs: number | null): CredentialUpdate {
  // With the time, as a restored backup may get to the same version again.
  const attemptId = `sweep-${row.fence}-${row.version}-${row.updatedAtMs}-${dueAtMs}`
  return { key: credentialKeyOf(row), attemptId, expect: { version: row.version, fence: row.fence }, set: { dueAtMs } }
}
