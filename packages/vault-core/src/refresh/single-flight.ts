/** Callers who ask for the same key at the same time share one run. */
export interface SingleFlight<T> {
  /** Joins the run under way for `key`, or begins one. A run ends when the promise that `begin` returned settles. */
  join(key: string, begin: () => T): T
  /** Runs under way. */
  readonly size: number
  /** Resolves when every run under way now has ended. */
  drained(): Promise<void>
}

/** @param settled - When a run is over, and a new one may begin for its key. Must never reject. */
export function createSingleFlight<T>(settled: (run: T) => Promise<void>): SingleFlight<T> {
  const runs = new Map<string, { run: T; end: Promise<void> }>()
  return {
    join(key, begin) {
      const running = runs.get(key)
      if (running) return running.run
      const run = begin()
      const end = settled(run).then(() => {
        runs.delete(key)
      })
      runs.set(key, { run, end })
      return run
    },
    get size() {
      return runs.size
    },
    async drained() {
      await Promise.all([...runs.values()].map(({ end }) => end))
    },
  }
}
