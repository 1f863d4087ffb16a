import { vaultClosed } from './credentials/credential-errors.js'

/** The same calls; once the signal has aborted each fails with `store_unavailable`, reason `closed`, before it does anything. */
export function refuseOnceClosed<T extends object>(calls: T, closed: AbortSignal): T {
  const guarded = { ...calls }
  for (const [name, call] of Object.entries(calls)) {
    if (typeof call !== 'function') continue
    Reflect.set(guarded, name, (...args: readonly unknown[]) =>
      closed.aborted ? Promise.reject(vaultClosed()) : Reflect.apply(call, calls, args),
    )
  }
  return guarded
}
