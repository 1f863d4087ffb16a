import { readCredentialData } from '../credentials/credential-data.js'
import type { Actor } from '../events/actor.js'
import { isRefreshedAhead, latestAheadAtMs, nextDueAtMs } from '../refresh/due.js'
import { dueTimeOf } from '../refresh/due-work/work-on-due.js'
import type { WorkerState } from '../refresh/due-work/worker-presence.js'
import type { RefreshingParts } from '../refresh/refreshing-parts.js'
import type { CredentialRow } from '../storage/contract.js'
import { credentialKeyOf } from '../storage/rules/store-key.js'
import type { ParsedWorkerOptions } from './worker-options.js'
import { changeWorkerState } from './worker-state.js'

/** Goes through all credentials, in one process at a time: what was written without a worker gets its due time, what is idle is retired. */
export interface CredentialWalk {
  /** Says that a worker is there; and goes on with a walk whose process died, or begins one if it is time. Ends early when `signal` aborts. */
  walkIfTime(signal: AbortSignal): Promise<void>
}

/** Due times are written with each token once a worker is there. A walk finds those that were written before, or by processes that do not sweep. */
const WALK_EVERY_MS = 900_000
/** One that has not gone on for so long is dead. */
const WALK_DEAD_AFTER_MS = 120_000
const PAGE = 200
/** Between two pages: nobody waits for a walk. */
const PAUSE_MS = 20
/** Whoever works through what is due sets it aside for less. */
const SET_ASIDE_MS = 60_000
const DAY_MS = 86_400_000

/** Who ends what is idle, for the event that tells of it. */
const WORKER: Actor = { kind: 'system', id: 'refresh-worker' }

export function createCredentialWalk(
  parts: RefreshingParts & {
    readonly options: Pick<ParsedWorkerOptions, 'refreshAhead' | 'retireIdleAfterDays'>
    readonly onRetired: () => void
  },
): CredentialWalk {
  const { context, connections, documents, tenant, disconnectRow, options, onRetired } = parts
  const { refreshAhead, retireIdleAfterDays } = options
  const { credentials, runtime, log, owner, storeNow } = context
  const shared = { documents, tenant, random: runtime.random }

  const walk = async ({ cursor: from }: NonNullable<WorkerState['walk']>, retiringSinceMs: number, signal: AbortSignal): Promise<void> => {
    let cursor: string | undefined = from ?? undefined
    do {
      const page = await credentials.list({ tenant, limit: PAGE, ...(cursor !== undefined && { cursor }) })
      const nowMs = await storeNow()
      for (const row of page.items) await lookAt(row, nowMs, retiringSinceMs)
      cursor = page.cursor
      const own = cursor === undefined ? null : { owner, untilMs: nowMs + WALK_DEAD_AFTER_MS, cursor }
      const after = await changeWorkerState(shared, (state) =>
        state.walk?.owner === owner ? { ...state, walk: own, walkedAtMs: own ? state.walkedAtMs : nowMs } : undefined,
      )
      // It took so long that another goes on with it.
      if (after.walk?.owner !== owner) return
      await runtime.clock.sleep(PAUSE_MS, signal, { background: true })
    } while (cursor !== undefined && !signal.aborted)
  }

  const lookAt = async (row: CredentialRow, nowMs: number, retiringSinceMs: number): Promise<void> => {
    const { connectionId, userId, accountId } = row
    if (row.status === 'disconnected') return
    try {
      if (retireIdleAfterDays !== undefined && isIdle(row, nowMs, retiringSinceMs)) {
        // Somebody may just have asked for it.
        const onlyIf = (found: CredentialRow): boolean => isIdle(found, nowMs, retiringSinceMs)
        if (await disconnectRow(credentialKeyOf(row), WORKER, 'retired', onlyIf)) onRetired()
      } else if (refreshAhead) await setDueTime(row, nowMs)
    } catch (error) {
      log.warn({ connectionId, userId, accountId, err: error }, 'A credential could not be looked at in passing. The others go on.')
    }
  }

  /** From when on a worker counts who was last used when: credentials from before that may have been used without a note of it. */
  const isIdle = (row: CredentialRow, nowMs: number, retiringSinceMs: number): boolean => {
    const usedAtMs = Math.max(row.lastUsedAtMs ?? retiringSinceMs, readCredentialData(row).connectedAtMs)
    // What is revoked stays so: one clock that is wrong must not be enough.
    return Math.min(nowMs, runtime.clock.now()) - usedAtMs >= (retireIdleAfterDays ?? Number.POSITIVE_INFINITY) * DAY_MS
  }

  const setDueTime = async (row: CredentialRow, nowMs: number): Promise<void> => {
    const { status, expiresAtMs, dueAtMs, intent } = row
    const hasRefreshToken = row.refreshToken !== null
    // Whoever is at it writes its due time.
    if (!hasRefreshToken || status === 'reauthorization_required' || intent !== null) return
    const connection = await connections.get(row.connectionId)
    if (!isRefreshedAhead(connection, context.dueTerms)) return
    const data = readCredentialData(row)
    const latestAtMs = latestAheadAtMs(row, data, connection)
    const isSoon = dueAtMs !== null && dueAtMs <= Math.max(latestAtMs ?? 0, data.retryAtMs ?? 0, nowMs + SET_ASIDE_MS)
    if (latestAtMs === undefined || isSoon) return
    const nextAtMs = nextDueAtMs({ status, expiresAtMs, hasRefreshToken }, data, connection, context.dueTerms)
    await credentials.update(dueTimeOf(row, nextAtMs))
  }

  return {
    async walkIfTime(signal) {
      if (!refreshAhead && retireIdleAfterDays === undefined) return
      const nowMs = await storeNow()
      const state = await changeWorkerState(shared, (before) => ({
        ...before,
        aheadAtMs: refreshAhead ? nowMs : before.aheadAtMs,
        retiringSinceMs: retireIdleAfterDays === undefined ? before.retiringSinceMs : (before.retiringSinceMs ?? nowMs),
        walk: isTimeToWalk(before, nowMs)
          ? { owner, untilMs: nowMs + WALK_DEAD_AFTER_MS, cursor: before.walk?.cursor ?? null }
          : before.walk,
      }))
      if (state.walk?.owner === owner) await walk(state.walk, state.retiringSinceMs ?? nowMs, signal)
    },
  }

  function isTimeToWalk({ walk: underWay, walkedAtMs }: WorkerState, nowMs: number): boolean {
    // What was noted for later than could be was so by a clock that was wrong, and is no reason to wait for that time.
    if (underWay) return underWay.owner === owner || underWay.untilMs <= nowMs || underWay.untilMs > nowMs + WALK_DEAD_AFTER_MS
    return walkedAtMs === null || Math.abs(nowMs - walkedAtMs) >= WALK_EVERY_MS
  }
}
