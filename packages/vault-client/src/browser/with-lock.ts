/** Longest wait for another tab, milliseconds: one that the system froze may never let go. */
const PATIENCE_MS = 15_000

/**
 * Does it while no other tab of this origin does. Without Web Locks it is done unguarded: `localStorage` cannot stand in for them, as tabs in
 * other processes see what happens there a little later.
 */
export async function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  let isBegun = false
  const begin = (): Promise<T> => {
    isBegun = true
    return work()
  }
  try {
    return await navigator.locks.request(name, { signal: AbortSignal.timeout(PATIENCE_MS) }, begin)
  } catch (error) {
    if (isBegun) throw error
    return work()
  }
}
