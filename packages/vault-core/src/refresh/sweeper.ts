import { unitInterval } from './backoff.js'
import { createDueLoop, type DueLimits } from './due-work/due-loop.js'
import type { DueWorkParts } from './due-work/work-on-due.js'
import type { WorkerPresence } from './due-work/worker-presence.js'

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
  /** What else there is to a pass, without the credentials that are due. Never rejects. */
  sweepRest(): Promise<void>
  /** Whether a refresh worker runs in this process: then passes in the background leave to it what is due. */
  leaveDueToWorker(isRunning: boolean): void
}

/** A dead process's refresh is found within this, give or take a fifth, so that processes do not sweep in step. */
const SWEEP_EVERY_MS = 5_000

export function createSweeper(
  parts: DueWorkParts & {
    readonly tenant: string
    /** Refreshes of one connection that this process runs at a time. Callers have their share of them. */
    readonly maxConcurrentRefreshes: number
    readonly presence: WorkerPresence
    /** What else is to be done with each pass; resolves when it is done. Never rejects. */
    readonly alsoSweep: () => Promise<void>
  },
): Sweeper {
  const { context, presence, alsoSweep } = parts
  const { journal, runtime, log, closing } = context
  const loop = createDueLoop({ ...parts, limits: limitsOf(parts.maxConcurrentRefreshes) })
  let isWorkerRunning = false

  /** What else there is to do. The journal comes first: what it has is newer than what is due. */
  const begin = async (): Promise<{ readonly rest: Promise<void> }> => {
    const rest = alsoSweep()
    try {
      await journal.replay()
    } catch (error) {
      log.warn({ err: error }, 'The journal could not be given to the store. It is tried again.')
    }
    return { rest }
  }

  /** Finds what is due, and begins to work on it. */
  const sweepDue = async (): Promise<{ readonly counts: SweepReport; readonly works: readonly Promise<void>[] }> => {
    const counts = { due: 0, refreshed: 0, failed: 0 }
    await presence.look()
    const { outcomes, failure } = await loop.takeIn()
    if (failure !== undefined) log.warn({ err: failure }, 'The sweeper could not read what is due. It tries again.')
    counts.due = outcomes.length
    const count = async (outcome: (typeof outcomes)[number]): Promise<void> => {
      const is = await outcome
      if (is === 'refreshed' || is === 'failed') counts[is] += 1
    }
    return { counts, works: outcomes.map(count) }
  }

  const passOnAndOn = async (): Promise<void> => {
    // Processes that start together do not begin together.
    let waitMs = unitInterval(runtime.random) * SWEEP_EVERY_MS
    while (!closing.aborted) {
      await runtime.clock.sleep(waitMs, closing, { background: true })
      if (closing.aborted) return
      // Not until all is done: a provider that stalls must not keep the credentials of others waiting.
      await begin()
      if (!isWorkerRunning) await sweepDue()
      waitMs = SWEEP_EVERY_MS * (0.8 + 0.4 * unitInterval(runtime.random))
    }
  }

  return {
    async sweep() {
      if (closing.aborted) return { due: 0, refreshed: 0, failed: 0 }
      const { rest } = await begin()
      const { counts, works } = await sweepDue()
      await Promise.all([rest, ...works])
      return counts
    },
    start: () => void passOnAndOn(),
    async sweepRest() {
      if (!closing.aborted) await (await begin()).rest
    },
    leaveDueToWorker(isRunning) {
      isWorkerRunning = isRunning
    },
  }
}

/** Between two passes nothing is read: what a pass reads has to last. What is beyond it is left for the next, or for another process. */
function limitsOf(maxConcurrentRefreshes: number): DueLimits {
  const perConnection = Math.ceil(maxConcurrentRefreshes / 2)
  return { concurrency: 1_000, perConnection, batch: 100, waitingPerConnection: 1_000, waiting: 5_000, setAsideMs: 30_000 }
}
