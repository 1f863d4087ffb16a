/** How many refreshes of one connection run at a time in this process. Connections do not wait for each other. */
export interface SendSlots {
  /** Resolves, first come first served, when one may begin; with what ends it. */
  acquire(connectionId: string): Promise<() => void>
}

/** @param perConnection - How many run at a time. */
export function createSendSlots(perConnection: number): SendSlots {
  const queues = new Map<string, { running: number; readonly waiting: (() => void)[] }>()
  return {
    async acquire(connectionId) {
      const queue = queues.get(connectionId) ?? { running: 0, waiting: [] }
      queues.set(connectionId, queue)
      if (queue.running < perConnection) queue.running += 1
      // Whoever ends hands its place on, so that nobody can slip in between.
      else await new Promise<void>((resolve) => queue.waiting.push(resolve))
      return () => {
        const next = queue.waiting.shift()
        if (next) return next()
        queue.running -= 1
        if (queue.running === 0) queues.delete(connectionId)
      }
    },
  }
}
