import { extensionOf } from '../extension.js'
import { unitInterval } from '../refresh/backoff.js'
import { createDueLoop, type DueLoop, type TakenIn } from '../refresh/due-work/due-loop.js'
import { PRESENT_EVERY_MS } from '../refresh/due-work/worker-presence.js'
import type { SweepReport } from '../refresh/sweeper.js'
import { createCredentialWalk } from './walk-credentials.js'
import { parseWorkerOptions, type RefreshWorkerOptions } from './worker-options.js'
import { createProgressCounter, type WorkerProgress } from './worker-progress.js'

/** Refreshes credentials before anybody waits for them. Any number of processes may run one over a store. */
export interface RefreshWorker {
  /** Works on and on, in the background, until {@link stop} or until the vault closes. It keeps the process alive. Calling it again changes nothing. */
  start(): void
  /** Takes up nothing more, gives back what it has not begun, and resolves when the refreshes under way have ended. Harmless when it does not run. */
  stop(): Promise<void>
  /**
   * Works on all that is due now, and resolves when that is done: for a timer, where nothing may run on. Never rejects. What is of a
   * connection whose provider fails stays for the next time.
   */
  runOnce(): Promise<WorkerReport>
  progress(): WorkerProgress
}

/** What one run did. */
export interface WorkerReport extends SweepReport {
  /** Idle credentials that were revoked and disconnected. */
  readonly retired: number
}

/** How soon what falls due is found, give or take a fifth. */
const LOOK_EVERY_MS = 1_000
const TELL_EVERY_MS = 1_000

/**
 * Makes a worker over a vault. It claims each credential as a caller would, so it may run beside callers, sweepers and other workers; connections
 * take turns, each has its bound and keeps to its `maxRefreshesPerSecond`, and one whose provider fails pauses alone.
 *
 * @throws {VaultError} `invalid_configuration`, naming each bad option.
 * @example
 * ```ts
 * const worker = createRefreshWorker({ vault })
 * worker.start()
 * process.once('SIGTERM', async () => {
 *   await worker.stop()
 *   await vault.close()
 * })
 * ```
 */
export function createRefreshWorker(options: RefreshWorkerOptions): RefreshWorker {
  // First, as a vault in place of the options has none of their names.
  const { refreshing } = extensionOf(options.vault)
  const parsed = parseWorkerOptions(options)
  const { concurrency, perConnection, refreshAhead, onProgress } = parsed
  const { context, presence, sweeper } = refreshing
  const { runtime, log, closing } = context
  const counter = createProgressCounter()
  const walk = createCredentialWalk({ ...refreshing, options: parsed, onRetired: () => counter.count('retired') })
  const newLoop = (): DueLoop =>
    createDueLoop({
      ...refreshing,
      limits: {
        ...{ concurrency, perConnection, waiting: 2_000, setAsideMs: 15_000 },
        // As much as is worked on at a time: what waits here is taken from other processes.
        batch: Math.min(64, Math.max(16, concurrency)),
        waitingPerConnection: Math.min(32, Math.max(8, perConnection)),
      },
    })
  let loop = newLoop()
  let run: { readonly stopping: AbortController; readonly ended: Promise<void> } | undefined

  const takeIn = async (dueBeforeMs?: number): Promise<TakenIn> => {
    const taken = await loop.takeIn(dueBeforeMs)
    if (taken.failure !== undefined) log.warn({ err: taken.failure }, 'The refresh worker could not read what is due. It tries again.')
    counter.lookedAt(taken.isAll && taken.failure === undefined)
    for (const outcome of taken.outcomes) void outcome.then((is) => counter.count(is))
    return taken
  }

  const lookAround = async (signal: AbortSignal): Promise<void> => {
    try {
      await walk.walkIfTime(signal)
    } catch (error) {
      log.warn({ err: error }, 'The refresh worker could not go through the credentials. It tries again.')
    }
  }

  const tell = (): void => {
    try {
      onProgress?.(progress())
    } catch (error) {
      log.error({ err: error }, 'The listener for the progress of the refresh worker threw. The worker goes on.')
    }
  }

  const onAndOn = async (
    everyMs: number,
    signal: AbortSignal,
    work: () => Promise<AbortSignal | undefined>,
    background = true,
  ): Promise<void> => {
    while (!signal.aborted) {
      const sooner = await work()
      const pauseMs = everyMs * (0.8 + 0.4 * unitInterval(runtime.random))
      await runtime.clock.sleep(pauseMs, sooner ? AbortSignal.any([signal, sooner]) : signal, { background })
    }
  }

  const workOnAndOn = async (signal: AbortSignal): Promise<void> => {
    const read = async (): Promise<AbortSignal> => {
      await takeIn()
      return loop.roomAgain()
    }
    const look = async (): Promise<undefined> => lookAround(signal).then(() => undefined)
    const report = async (): Promise<undefined> => void tell()
    await Promise.all([
      onAndOn(LOOK_EVERY_MS, signal, read, false),
      onAndOn(PRESENT_EVERY_MS, signal, look),
      ...(onProgress ? [onAndOn(TELL_EVERY_MS, signal, report)] : []),
    ])
  }

  const progress = (): WorkerProgress => counter.progress(loop.state())

  return {
    start() {
      if (run || closing.aborted) return
      const stopping = new AbortController()
      presence.runsHere(refreshAhead)
      sweeper.leaveDueToWorker(true)
      loop = newLoop()
      const ended = workOnAndOn(AbortSignal.any([stopping.signal, closing])).finally(() => loop.stop())
      run = { stopping, ended }
    },

    async stop() {
      const own = run
      if (!own) return
      own.stopping.abort()
      await Promise.all([loop.stop(), own.ended])
      if (run !== own) return
      run = undefined
      presence.runsHere(false)
      sweeper.leaveDueToWorker(false)
      tell()
    },

    async runOnce() {
      const report = { due: 0, refreshed: 0, failed: 0 }
      const { retired } = progress()
      if (closing.aborted) return { ...report, retired: 0 }
      if (!run) loop = newLoop()
      presence.runsHere(refreshAhead)
      await sweeper.sweepRest()
      await lookAround(closing)
      // What fails is due again soon: that is for the next time.
      const nowMs = await context.storeNow().catch(() => undefined)
      const working = new Set<Promise<unknown>>()
      for (let isAll = nowMs === undefined; !isAll; ) {
        const { outcomes } = await takeIn(nowMs)
        for (const outcome of outcomes) {
          report.due += 1
          const ended = outcome.then((is) => {
            if (is === 'refreshed' || is === 'failed') report[is] += 1
            working.delete(ended)
          })
          working.add(ended)
        }
        isAll = working.size === 0
        // One that takes long keeps none of the others waiting.
        await Promise.race([untilAborted(loop.roomAgain()), Promise.all(working)])
      }
      if (!run) presence.runsHere(false)
      return { ...report, retired: progress().retired - retired }
    },

    progress,
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
