import type { Clock } from '../../src/index.js'
import type { SenderFacts } from './ledger.js'
import type { Scheduler } from './scheduler.js'

/**
 * One process that can die and be suspended. All that comes to it from outside, answers and timers, comes through
 * `deliver`: to the dead it never comes, to the suspended when they wake.
 */
export interface SimulatedProcess extends SenderFacts {
  readonly clock: Clock
  isAlive(): boolean
  crash(): void
  pause(ms: number): void
  deliver(run: () => void): void
  /** Sets its wall clock forward or back. */
  jump(ms: number): void
  noteStoreTrouble(): void
}

/** When a run begins, by wall clocks and the store's. */
export const EPOCH_MS = 1_800_000_000_000

export function simulatedProcess(name: string, time: Scheduler, skewMs: number): SimulatedProcess {
  let crashedAtMs: number | undefined
  let pausedUntilMs = 0
  let jumpedMs = 0
  let storeTroubleUntilMs: number | undefined
  const pauses: { readonly fromMs: number; readonly toMs: number }[] = []
  const bornAtMs = time.now()

  const deliver = (run: () => void): void => {
    if (crashedAtMs !== undefined) return
    if (pausedUntilMs > time.now()) time.after(pausedUntilMs - time.now(), () => deliver(run))
    else run()
  }

  return {
    name,
    clock: {
      now: () => EPOCH_MS + Math.floor(time.now()) + skewMs + jumpedMs,
      monotonic: () => time.now() - bornAtMs,
      sleep: (ms, signal) =>
        new Promise((resolve) => {
          if (signal?.aborted) return resolve()
          const wake = (): void => {
            signal?.removeEventListener('abort', wake)
            resolve()
          }
          signal?.addEventListener('abort', wake)
          time.after(ms, () => deliver(wake))
        }),
    },
    isAlive: () => crashedAtMs === undefined,
    crash: () => {
      crashedAtMs ??= time.now()
    },
    pause(ms) {
      pausedUntilMs = Math.max(pausedUntilMs, time.now() + ms)
      pauses.push({ fromMs: time.now(), toMs: pausedUntilMs })
    },
    pausedMsBetween: (fromMs, toMs) =>
      pauses.reduce((sum, pause) => sum + Math.max(0, Math.min(toMs, pause.toMs) - Math.max(fromMs, pause.fromMs)), 0),
    wasPausedFor(ms, fromMs, toMs) {
      return pauses.some((pause) => pause.toMs - pause.fromMs >= ms && pause.fromMs <= toMs && pause.toMs >= fromMs)
    },
    deliver,
    jump(ms) {
      jumpedMs += ms
    },
    get crashedAtMs() {
      return crashedAtMs
    },
    get storeTroubleUntilMs() {
      return storeTroubleUntilMs
    },
    noteStoreTrouble() {
      storeTroubleUntilMs = time.now()
    },
  }
}
