import { type Clock, WAIT_ENDED } from '../runtime.js'

/** Runs the work with a signal that aborts after `ms` of the injected clock. The work itself has to heed the signal. */
export async function withDeadline<T>(clock: Clock, ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const late = new AbortController()
  const done = new AbortController()
  void clock.sleep(ms, done.signal).then(() => {
    if (!done.signal.aborted) late.abort()
  })
  try {
    return await work(late.signal)
  } finally {
    done.abort(WAIT_ENDED)
  }
}

/**
 * Waits for the work, but no longer than until the signal aborts; then throws the signal's reason. An injected `fetch`
 * or stream may not heed the signal. `discard` gets what comes too late.
 */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal, discard: (late: T) => void = () => undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    let over = false
    const discardQuietly = (late: T): void => {
      try {
        discard(late)
      } catch {
        // Nobody waits any more who could be told.
      }
    }
    const end = (): void => {
      over = true
      signal.removeEventListener('abort', abort)
    }
    const abort = (): void => {
      end()
      reject(signal.reason)
    }
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort)
    work.then(
      (value) => {
        if (over) return discardQuietly(value)
        end()
        resolve(value)
      },
      (error: unknown) => {
        end()
        reject(error)
      },
    )
  })
}
