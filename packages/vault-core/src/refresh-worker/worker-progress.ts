import type { DueLoopState } from '../refresh/due-work/due-loop.js'
import type { DueOutcome } from '../refresh/due-work/work-on-due.js'

/** What a worker has done since it was made, and what it is at. */
export interface WorkerProgress {
  readonly refreshed: number
  /** Tried in vain, or not to be read. They are tried again. */
  readonly failed: number
  /** Idle credentials that were revoked and disconnected. */
  readonly retired: number
  /** Refreshes under way. */
  readonly running: number
  /** Credentials that are due and were taken up, but not begun. */
  readonly waiting: number
  /** At the last look nothing was due but what was taken up, and what is of paused connections. */
  readonly isCaughtUp: boolean
  /** Those at which there is something to do. */
  readonly connections: readonly ConnectionProgress[]
}

export interface ConnectionProgress {
  readonly connectionId: string
  readonly running: number
  readonly waiting: number
  /** Its provider fails, or refuses the application: nothing is sent for a while. */
  readonly isPaused: boolean
}

/** Counts what comes of the work. */
export interface ProgressCounter {
  count(outcome: DueOutcome | 'left' | 'retired'): void
  lookedAt(isCaughtUp: boolean): void
  progress(state: DueLoopState): WorkerProgress
}

export function createProgressCounter(): ProgressCounter {
  const counts = { refreshed: 0, failed: 0, retired: 0 }
  let isCaughtUp = false
  return {
    count(outcome) {
      if (outcome === 'refreshed' || outcome === 'failed' || outcome === 'retired') counts[outcome] += 1
    },
    lookedAt(isAll) {
      isCaughtUp = isAll
    },
    progress: (state) => ({ ...counts, ...state, isCaughtUp: isCaughtUp && state.waiting === 0 }),
  }
}
