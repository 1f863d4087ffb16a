/** Virtual time: what happens is a queue of events, and nothing happens between two of them but what promises carry on. */
export interface Scheduler {
  /** Milliseconds since the run began. */
  now(): number
  after(delayMs: number, run: () => void): void
  /** Runs events up to this moment. @throws When there are more than any run should need: something goes round in circles. */
  runUntil(timeMs: number): Promise<void>
  /** Events so far. */
  count(): number
}

const MOST_EVENTS = 40_000

export function scheduler(): Scheduler {
  const heap: { readonly at: number; readonly order: number; readonly run: () => void }[] = []
  let nowMs = 0
  let order = 0
  let count = 0

  const isBefore = (i: number, j: number): boolean => {
    const a = heap[i]
    const b = heap[j]
    return a !== undefined && b !== undefined && (a.at < b.at || (a.at === b.at && a.order < b.order))
  }
  const swap = (i: number, j: number): void => {
    const [a, b] = [heap[i], heap[j]]
    if (a && b) [heap[i], heap[j]] = [b, a]
  }
  const push = (event: (typeof heap)[number]): void => {
    heap.push(event)
    for (let i = heap.length - 1; i > 0; ) {
      const parent = (i - 1) >> 1
      if (!isBefore(i, parent)) return
      swap(i, parent)
      i = parent
    }
  }
  const pop = (): (typeof heap)[number] | undefined => {
    swap(0, heap.length - 1)
    const first = heap.pop()
    for (let i = 0; ; ) {
      const left = 2 * i + 1
      const least = isBefore(left + 1, left) ? left + 1 : left
      if (!isBefore(least, i)) return first
      swap(i, least)
      i = least
    }
  }

  return {
    now: () => nowMs,
    after: (delayMs, run) => push({ at: nowMs + Math.max(0, delayMs), order: order++, run }),
    async runUntil(timeMs) {
      await promisesDone()
      for (let next = heap[0]; next && next.at <= timeMs; next = heap[0]) {
        pop()
        nowMs = next.at
        if (++count > MOST_EVENTS) throw new Error(`More than ${MOST_EVENTS} events: something goes round in circles.`)
        next.run()
        await promisesDone()
      }
      nowMs = timeMs
    },
    count: () => count,
  }
}

/** Everything that promises alone can do is done before the next macrotask. */
function promisesDone(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
